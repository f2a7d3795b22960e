using System.Collections.Immutable;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Downstreams;

namespace Mesh.Proxy.Policies.TrafficPermission;

/// <summary>A permission set, ready to run: deny beats a rehearsed denial, that beats allow, and what nobody allows is refused.</summary>
internal sealed class CompiledPermissions(PermissionSet set)
{
    private readonly ImmutableArray<CompiledPermissionRule> _deny = [.. set.Deny.Select(r => new CompiledPermissionRule(r, isDenial: true))];
    private readonly ImmutableArray<CompiledPermissionRule> _allow = [.. set.Allow.Select(r => new CompiledPermissionRule(r))];
    private readonly ImmutableArray<CompiledPermissionRule> _shadow = [.. set.AllowWithShadowDeny.Select(r => new CompiledPermissionRule(r))];
    private readonly bool _hasPaths = Requests(set).Any(q => q.Path is not null);

    /// <summary>Refuses everybody.</summary>
    public static CompiledPermissions Nobody { get; } = new(PermissionSet.Nobody);

    /// <summary>The set it was made from.</summary>
    public PermissionSet Set => set;

    /// <summary>Whether a decision may hang on the path: then a path that apps read differently is refused.</summary>
    public bool HasPaths => _hasPaths;

    /// <summary>Headers on which a decision may hang.</summary>
    public string[] HeaderNames { get; } = [.. Requests(set).SelectMany(q => q.Headers).Select(h => h.Name).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Decides on a request.</summary>
    /// <param name="caller">The caller's SPIFFE id; <see langword="null"/>: somebody without one.</param>
    /// <param name="method">The method.</param>
    /// <param name="path">The path that the app sees.</param>
    /// <param name="evidence">Headers and token; <see langword="null"/>: not looked at, so that what hangs on them denies, and does not allow.</param>
    public PermissionDecision Decide(string? caller, string method, string path, RequestEvidence? evidence = null)
    {
        var decision = DecideOne(caller, method, path, evidence);
        // "/admin;x" is another name than "/admin" to most apps and the same to some: where paths count, both readings have to be allowed.
        return decision.IsAllowed && _hasPaths && path.Contains(';', StringComparison.Ordinal) && DecideOne(caller, method, AppPath.WithoutParameters(path), evidence) is { IsAllowed: false } denied
            ? denied
            : decision;
    }

    /// <summary>Decides on a connection that has no requests.</summary>
    public PermissionDecision Decide(string? caller)
    {
        foreach (var rule in _deny)
        {
            if (rule.Matches(caller))
            {
                return new(false, rule);
            }
        }

        foreach (var rule in _shadow)
        {
            if (rule.Matches(caller))
            {
                return new(true, rule, IsShadowDenied: true);
            }
        }

        foreach (var rule in _allow)
        {
            if (rule.Matches(caller))
            {
                return new(true);
            }
        }

        return new(false);
    }

    private PermissionDecision DecideOne(string? caller, string method, string path, RequestEvidence? evidence)
    {
        foreach (var rule in _deny)
        {
            if (rule.Matches(caller, method, path, evidence))
            {
                return new(false, rule, NeedsToken: rule.IsForWantOfToken);
            }
        }

        foreach (var rule in _shadow)
        {
            if (rule.Matches(caller, method, path, evidence))
            {
                return new(true, rule, IsShadowDenied: true);
            }
        }

        foreach (var rule in _allow)
        {
            if (rule.Matches(caller, method, path, evidence))
            {
                return new(true);
            }
        }

        return new(false, NeedsToken: evidence is { Tokens: { Length: 0 } } && WouldAllowWithToken(caller, method, path, evidence));
    }

    private bool WouldAllowWithToken(string? caller, string method, string path, RequestEvidence evidence)
    {
        foreach (var rule in _allow)
        {
            if (rule.MatchesButForToken(caller, method, path, evidence))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<RequestMatch> Requests(PermissionSet set) =>
        set.Deny.Concat(set.Allow).Concat(set.AllowWithShadowDeny).SelectMany(r => r.Requests);
}
