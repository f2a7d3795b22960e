using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Telemetry;

namespace Mesh.Proxy.Policies.TrafficPermission.Tokens;

/// <summary>The verifiers of all providers, for all ports: keys and verified tokens outlive a configuration in which the provider stays as it is.</summary>
internal sealed class TokenVerifiers(TokenKeyReader reader, TimeProvider time, ProxyMetrics metrics, ILogger<TokenKeySource> logger) : IDisposable
{
    private ImmutableArray<TokenVerifier> _verifiers = [];

    /// <summary>Takes up the providers of a configuration. One at a time.</summary>
    public void Apply(IEnumerable<TokenProvider> providers)
    {
        var before = _verifiers;
        var now = ImmutableArray.CreateBuilder<TokenVerifier>();
        foreach (var provider in providers)
        {
            if (now.Any(verifier => verifier.Provider.SaysAs(provider)))
            {
                continue;
            }

            if (before.FirstOrDefault(verifier => verifier.Provider.SaysAs(provider)) is { } known)
            {
                now.Add(known);
                continue;
            }

            var keys = new TokenKeySource(provider, reader, time, metrics, logger);
            keys.Begin();
            now.Add(new TokenVerifier(provider, keys, time));
        }

        _verifiers = now.ToImmutable();
        foreach (var gone in before.Where(verifier => !_verifiers.Contains(verifier)))
        {
            gone.Dispose();
        }
    }

    /// <summary>What judges the tokens of a port's requests; <see langword="null"/>: it takes no tokens.</summary>
    public TokenGate? Gate(PermissionSet permissions) => permissions.TokenProviders.IsEmpty
        ? null
        : new([.. permissions.TokenProviders.Select(provider => _verifiers.First(verifier => verifier.Provider.SaysAs(provider)))], metrics);

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var verifier in _verifiers)
        {
            verifier.Dispose();
        }

        reader.Dispose();
    }
}
