using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.TrafficPermission.Tokens;
using Mesh.Proxy.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests.Policies.Tokens;

/// <summary>The gate of one port, with its clock and the server that has the keys.</summary>
internal sealed class TokenDesk : IDisposable
{
    private readonly Meters _meters = new();
    private readonly TokenVerifiers _verifiers;
    private readonly TokenGate _gate;

    public TokenDesk(params TokenProvider[] providers)
    {
        _verifiers = new(new TokenKeyReader(Server, Time), Time, new ProxyMetrics(_meters), NullLogger<TokenKeySource>.Instance);
        _verifiers.Apply(providers);
        _gate = _verifiers.Gate(new PermissionSet { TokenProviders = [.. providers] })!;
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public FakeKeyServer Server { get; } = new();

    public DateTimeOffset Now => Time.GetUtcNow();

    public ValueTask<TokenVerdict> JudgeAsync(string query, params (string Name, string Value)[] headers)
    {
        var all = new HeaderDictionary();
        foreach (var (name, value) in headers)
        {
            all[name] = StringValues.Concat(all[name], value);
        }

        return _gate.JudgeAsync(all, query, TestContext.Current.CancellationToken);
    }

    /// <summary>What becomes of a bearer token: <c>valid</c>, <c>missing</c> or why not.</summary>
    public async Task<string> JudgeAsync(string token)
    {
        var verdict = await JudgeAsync("", ("Authorization", $"Bearer {token}"));
        return verdict.Failure?.Word() ?? (verdict.Tokens.Length == 0 ? "missing" : "valid");
    }

    public void Dispose()
    {
        _verifiers.Dispose();
        _meters.Dispose();
    }
}
