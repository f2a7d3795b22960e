using System.Collections.Immutable;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Telemetry;

namespace Mesh.Proxy.Policies.TrafficPermission.Tokens;

/// <summary>Finds the token of a request to one port and has it verified. A token that is there and not valid is refused, whatever it is for.</summary>
internal sealed class TokenGate
{
    private readonly ImmutableArray<(TokenPlace Place, TokenVerifier[] Verifiers)> _places;
    private readonly ProxyMetrics _metrics;

    /// <param name="verifiers">Of the providers that the port takes tokens of.</param>
    /// <param name="metrics">Where it is counted.</param>
    public TokenGate(ImmutableArray<TokenVerifier> verifiers, ProxyMetrics metrics)
    {
        _metrics = metrics;
        _places =
        [
            .. verifiers.SelectMany(v => v.Provider.EffectivePlaces).Distinct().Select(place => (place, verifiers.Where(v => v.Provider.EffectivePlaces.Contains(place)).ToArray())),
        ];
    }

    /// <summary>Judges a request. Waits for nothing where the token was verified before.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="query">Its query, with the question mark.</param>
    /// <param name="cancellationToken">When the caller goes away.</param>
    public ValueTask<TokenVerdict> JudgeAsync(IHeaderDictionary headers, string query, CancellationToken cancellationToken)
    {
        string? token = null;
        TokenPlace? where = null;
        TokenVerifier[] verifiers = [];
        foreach (var (place, known) in _places)
        {
            if (!TokenFinder.TryFind(place, headers, query, out var found) || (found is not null && token is not null))
            {
                return new(Refused(TokenFailure.Several, null));
            }

            if (found is not null)
            {
                (token, where, verifiers) = (found, place, known);
            }
        }

        if (token is null)
        {
            return new(new TokenVerdict([]));
        }

        if (token.Length > TokenText.Longest)
        {
            return new(Refused(TokenFailure.TooLarge, null));
        }

        var hash = TokenHash.Of(token);
        if (verifiers is [var only] && only.FindKept(hash) is { } kept)
        {
            _metrics.TokenJudged(only.Provider.Name, "kept");
            return new(new TokenVerdict(kept.Alone, Strip: only.Provider.Forward ? null : where));
        }

        return VerifyAsync(token, hash, where!, verifiers, cancellationToken);
    }

    private async ValueTask<TokenVerdict> VerifyAsync(string token, TokenHash hash, TokenPlace place, TokenVerifier[] verifiers, CancellationToken cancellationToken)
    {
        if (!TokenText.TryRead(token, out var text, out var unreadable))
        {
            return Refused(unreadable, null);
        }

        var verdict = new TokenVerdict([], TokenFailure.Issuer);
        foreach (var verifier in verifiers)
        {
            if (verifier.Provider.Issuer != text.Issuer)
            {
                continue;
            }

            var (verified, failure) = verifier.FindKept(hash) is { } kept ? (kept, default) : await verifier.VerifyAsync(token, text, hash, cancellationToken);
            if (verified is not null)
            {
                _metrics.TokenJudged(verifier.Provider.Name, "valid");
                var strip = verifier.Provider.Forward ? verdict.Strip : place;
                verdict = new(verdict.Tokens.Length == 0 ? verified.Alone : [.. verdict.Tokens, verified], Strip: strip);
            }
            else if (verdict.Tokens.Length == 0)
            {
                verdict = new([], failure, verifier.Provider.Name);
            }
        }

        return verdict.Failure is { } refused ? Refused(refused, verdict.Provider) : verdict;
    }

    private TokenVerdict Refused(TokenFailure failure, string? provider)
    {
        _metrics.TokenJudged(provider ?? "unknown", failure.Word());
        return new([], failure, provider);
    }
}
