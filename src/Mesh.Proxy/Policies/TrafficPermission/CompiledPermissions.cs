using System.Collections.Immutable;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Policies.TrafficPermission;

/// <summary>A permission set, ready to run: deny beats allow, and what nobody allows is refused.</summary>
internal sealed class CompiledPermissions(PermissionSet set)
{
    private readonly ImmutableArray<CompiledPermissionRule> _deny = [.. set.Deny.Select(r => new CompiledPermissionRule(r, isDenial: true))];
    private readonly ImmutableArray<CompiledPermissionRule> _allow = [.. set.Allow.Select(r => new CompiledPermissionRule(r))];
    private readonly ImmutableArray<CompiledPermissionRule> _shadow = [.. set.AllowWithShadowDeny.Select(r => new CompiledPermissionRule(r))];
    private readonly bool _hasPaths = HasPathsIn(set);

    /// <summary>Refuses everybody.</summary>
    public static CompiledPermissions Nobody { get; } = new(PermissionSet.Nobody);

    /// <summary>The set it was made from.</summary>
    public PermissionSet Set => set;

    /// <summary>Whether a decision may hang on the path: then a path that apps read differently is refused.</summary>
    public bool HasPaths => _hasPaths;

    /// <summary>Decides on a request.</summary>
    public PermissionDecision Decide(string caller, string method, string path)
    {
        var decision = DecideOne(caller, method, path);
        // "/admin;x" is another name than "/admin" to most apps and the same to some: where paths count, both readings have to be allowed.
        return decision.IsAllowed && _hasPaths && path.Contains(';', StringComparison.Ordinal) && DecideOne(caller, method, AppPath.WithoutParameters(path)) is { IsAllowed: false } denied
            ? denied
            : decision;
    }

    private PermissionDecision DecideOne(string caller, string method, string path)
    {
        foreach (var rule in _deny)
        {
            if (rule.Matches(caller, method, path))
            {
                return new(false, rule.Origin);
            }
        }

        foreach (var rule in _allow)
        {
            if (rule.Matches(caller, method, path))
            {
                return new(true);
            }
        }

        foreach (var rule in _shadow)
        {
            if (rule.Matches(caller, method, path))
            {
                return new(true, rule.Origin, IsShadowDenied: true);
            }
        }

        return new(false);
    }

    /// <summary>Decides on a connection that has no requests.</summary>
    public PermissionDecision Decide(string caller)
    {
        foreach (var rule in _deny)
        {
            if (rule.Matches(caller))
            {
                return new(false, rule.Origin);
            }
        }

        foreach (var rule in _allow)
        {
            if (rule.Matches(caller))
            {
                return new(true);
            }
        }

        foreach (var rule in _shadow)
        {
            if (rule.Matches(caller))
            {
                return new(true, rule.Origin, IsShadowDenied: true);
            }
        }

        return new(false);
    }

    private static bool HasPathsIn(PermissionSet set) =>
        set.Deny.Concat(set.Allow).Concat(set.AllowWithShadowDeny).Any(r => r.Requests.Any(q => q.Path is not null));
}
