using Mesh.Model.Snapshots;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Policies.TrafficPermission.Tokens;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Tests.Policies.Tokens;
using Mesh.Testing.Identity;
using Mesh.Testing.Simulation;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests.Simulation;

/// <summary>Who signs tokens, who verifies them, and the clock of both.</summary>
internal sealed class TokenRoom : IDisposable
{
    private readonly TestIssuer _issuer = new();
    private readonly TestIssuer _stranger = new();
    private readonly Meters _meters = new();
    private readonly Dictionary<string, string> _written = [];
    private readonly TokenVerifiers _verifiers;

    public TokenRoom() => _verifiers = new(new TokenKeyReader(new FakeKeyServer(), Time), Time, new ProxyMetrics(_meters), NullLogger<TokenKeySource>.Instance);

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public string Keys => _issuer.Keys;

    /// <summary>What judges the tokens of a port; <see langword="null"/>: none are looked at.</summary>
    public TokenGate? Gate(PermissionSet permissions)
    {
        _verifiers.Apply(permissions.TokenProviders);
        return _verifiers.Gate(permissions);
    }

    /// <summary>A header with a token.</summary>
    public string Bearer(string token)
    {
        if (!_written.TryGetValue(token, out var written))
        {
            _written[token] = written = RandomRequest.Write(token, _issuer, _stranger, Time.GetUtcNow());
        }

        return $"Bearer {written}";
    }

    /// <summary>Judges a request's token.</summary>
    public (bool IsRefused, VerifiedToken[]? Tokens) Judge(TokenGate? gate, IHeaderDictionary headers, string query)
    {
        if (gate is null)
        {
            return (false, null);
        }

        // The keys are in the policy, so nothing is waited for.
        var judged = gate.JudgeAsync(headers, query, TestContext.Current.CancellationToken);
        var verdict = judged.IsCompletedSuccessfully ? judged.Result : throw new InvalidOperationException("The keys are not there.");
        return (verdict.Failure is not null, verdict.Tokens);
    }

    public void Dispose()
    {
        _verifiers.Dispose();
        _meters.Dispose();
        _issuer.Dispose();
        _stranger.Dispose();
    }
}
