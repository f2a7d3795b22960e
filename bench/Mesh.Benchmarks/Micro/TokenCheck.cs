using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Policies.TrafficPermission;
using Mesh.Proxy.Policies.TrafficPermission.Tokens;
using Mesh.Proxy.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Benchmarks.Micro;

/// <summary>A request with a JSON Web Token: found, verified, and asked for a claim; and one whose rule names a header.</summary>
public class TokenCheck
{
    private const string Caller = "spiffe://bench.mesh/ns/bench/sa/storefront";
    private static readonly string[] Names = ["x-tenant"];

    private readonly HeaderDictionary _headers = [];
    private readonly HeaderDictionary _tenant = new() { ["x-tenant"] = "a" };
    private readonly HeaderDictionary[] _fresh = new HeaderDictionary[4096];
    private int _next;
    private TokenGate _gate = null!;
    private CompiledPermissions _claims = CompiledPermissions.Nobody;
    private CompiledPermissions _tenants = CompiledPermissions.Nobody;

    /// <summary>Makes keys, tokens and rules.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(false).Q;
        var provider = new TokenProvider
        {
            Name = "bench/orders/accounts",
            Issuer = "https://login.example/",
            Audiences = ["orders"],
            Keys = $$"""{"keys":[{"kty":"EC","kid":"e","crv":"P-256","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"}]}""",
        };
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();
        var verifiers = new TokenVerifiers(TokenKeyReader.Create(TimeProvider.System), TimeProvider.System, new ProxyMetrics(meters), NullLogger<TokenKeySource>.Instance);
        verifiers.Apply([provider]);
        _gate = verifiers.Gate(new PermissionSet { TokenProviders = [provider] })!;
        _headers["Authorization"] = $"Bearer {Sign(key, 0)}";
        for (var i = 0; i < _fresh.Length; i++)
        {
            _fresh[i] = new HeaderDictionary { ["Authorization"] = $"Bearer {Sign(key, i + 1)}" };
        }

        _claims = new(new PermissionSet
        {
            TokenProviders = [provider],
            Allow = [new() { Principals = [new(Caller)], Token = new() { Providers = [provider.Name], Claims = [new() { Path = ["scope"], Contains = ["orders.write"] }] }, Origin = Origin.Default }],
        });
        _tenants = new(new PermissionSet
        {
            Allow = [new() { Principals = [new(Caller)], Requests = [new(null, null) { Headers = [new("x-tenant", ValueMatchKind.Exact, "a")] }], Origin = Origin.Default }],
        });
    }

    /// <summary>A token that was verified before.</summary>
    [Benchmark(Baseline = true)]
    public bool Again() => Decide(_headers);

    /// <summary>Tokens that come in turn, more than are kept.</summary>
    [Benchmark]
    public bool First() => Decide(_fresh[_next++ % _fresh.Length]);

    /// <summary>A rule that names a header.</summary>
    [Benchmark]
    public bool Header() => _tenants.Decide(Caller, "GET", "/orders/17", RequestEvidence.Of(_tenant, Names, tokens: null)).IsAllowed;

    private bool Decide(HeaderDictionary headers)
    {
        var judged = _gate.JudgeAsync(headers, "", CancellationToken.None);
        var verdict = judged.IsCompletedSuccessfully ? judged.Result : throw new InvalidOperationException("The keys are not there.");
        return _claims.Decide(Caller, "GET", "/orders/17", RequestEvidence.Of(headers, [], verdict.Tokens)).IsAllowed ? true : throw new InvalidOperationException($"{verdict.Failure}");
    }

    private static string Sign(ECDsa key, int number)
    {
        var end = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
        var text = $"{Part("""{"alg":"ES256","typ":"JWT","kid":"e"}""")}.{Part($$"""{"iss":"https://login.example/","aud":"orders","sub":"user-{{number}}","exp":{{end}},"scope":"openid profile orders.read orders.write"}""")}";
        return $"{text}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256))}";
    }

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
