using System.Collections.Frozen;
using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Policies.Routing;

namespace Mesh.Proxy.Policies.TrafficPermission;

/// <summary>One rule of a permission set, ready to run.</summary>
internal sealed class CompiledPermissionRule
{
    private readonly bool _isEverybody;
    private readonly bool _isAnyone;
    private readonly bool _isDenial;
    private readonly FrozenSet<string> _exact;
    private readonly ImmutableArray<PrincipalMatch> _prefixes;
    private readonly ImmutableArray<(string? Method, CompiledPath? Path, CompiledHeader[] Headers)> _requests;
    private readonly CompiledToken? _token;

    /// <param name="rule">The rule.</param>
    /// <param name="isDenial">Whether it refuses: then it also takes what apps may take for the same path, and what is not known.</param>
    public CompiledPermissionRule(PermissionRule rule, bool isDenial = false)
    {
        Origin = rule.Origin.ToString();
        Policy = $"{rule.Origin.Kind} {rule.Origin.Name}";
        _isEverybody = rule.Principals.IsEmpty;
        _isAnyone = rule.Anyone;
        _isDenial = isDenial;
        _exact = rule.Principals.Where(p => !p.IsPrefix).Select(p => p.Value).ToFrozenSet(StringComparer.Ordinal);
        _prefixes = [.. rule.Principals.Where(p => p.IsPrefix)];
        _requests = [.. rule.Requests.Select(r => (r.Method, r.Path is null ? null : new CompiledPath(r.Path, isDenial), r.Headers.Select(h => new CompiledHeader(h, isDenial)).ToArray()))];
        _token = rule.Token is null ? null : new CompiledToken(rule.Token);
    }

    /// <summary>The policy or edge that said so, and where.</summary>
    public string Origin { get; }

    /// <summary>The policy or edge alone, as metrics write it.</summary>
    public string Policy { get; }

    /// <summary>Whether what it matches are requests without a token.</summary>
    public bool IsForWantOfToken => _token is { IsMissing: true };

    /// <summary>Whether a request matches.</summary>
    public bool Matches(string? caller, string method, string path, RequestEvidence? evidence) =>
        MatchesCaller(caller) && MatchesRequest(method, path, evidence) && MatchesToken(evidence);

    /// <summary>Whether a request without a token would match with the right one.</summary>
    public bool MatchesButForToken(string? caller, string method, string path, RequestEvidence evidence) =>
        _token is { IsMissing: false } && MatchesCaller(caller) && MatchesRequest(method, path, evidence);

    /// <summary>Whether a connection without requests matches: a rule that is about requests denies it, and never allows it.</summary>
    public bool Matches(string? caller) => (_isDenial || (_requests.IsEmpty && _token is null)) && MatchesCaller(caller);

    private bool MatchesRequest(string method, string path, RequestEvidence? evidence)
    {
        if (_requests.IsEmpty)
        {
            return true;
        }

        foreach (var (wanted, where, headers) in _requests)
        {
            if ((wanted is null || wanted == method) && (where is null || where.Matches(path)) && MatchesHeaders(headers, evidence))
            {
                return true;
            }
        }

        return false;
    }

    private bool MatchesHeaders(CompiledHeader[] headers, RequestEvidence? evidence)
    {
        foreach (var header in headers)
        {
            if (evidence is null || !evidence.TryGet(header.Name, out var values) ? !_isDenial : !header.Matches(values))
            {
                return false;
            }
        }

        return true;
    }

    private bool MatchesToken(RequestEvidence? evidence) =>
        _token is null || (evidence?.Tokens is { } tokens ? _token.Matches(tokens) : _isDenial);

    private bool MatchesCaller(string? caller)
    {
        if (caller is null)
        {
            return _isEverybody && _isAnyone;
        }

        if (_isEverybody || _exact.Contains(caller))
        {
            return true;
        }

        foreach (var prefix in _prefixes)
        {
            if (prefix.Matches(caller))
            {
                return true;
            }
        }

        return false;
    }
}
