using System.Collections.Frozen;
using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.Routing;

namespace Mesh.Proxy.Policies.TrafficPermission;

/// <summary>One rule of a permission set, ready to run.</summary>
internal sealed class CompiledPermissionRule
{
    private readonly bool _isEverybody;
    private readonly FrozenSet<string> _exact;
    private readonly ImmutableArray<PrincipalMatch> _prefixes;
    private readonly ImmutableArray<(string? Method, CompiledPath? Path)> _requests;

    /// <param name="rule">The rule.</param>
    /// <param name="isDenial">Whether it refuses: then it also takes what apps may take for the same path.</param>
    public CompiledPermissionRule(PermissionRule rule, bool isDenial = false)
    {
        Origin = rule.Origin.ToString();
        _isEverybody = rule.Principals.IsEmpty;
        _exact = rule.Principals.Where(p => !p.IsPrefix).Select(p => p.Value).ToFrozenSet(StringComparer.Ordinal);
        _prefixes = [.. rule.Principals.Where(p => p.IsPrefix)];
        _requests = [.. rule.Requests.Select(r => (r.Method, r.Path is null ? null : new CompiledPath(r.Path, isDenial)))];
    }

    /// <summary>The policy or edge that said so.</summary>
    public string Origin { get; }

    /// <summary>Whether a request matches.</summary>
    public bool Matches(string caller, string method, string path)
    {
        if (!MatchesCaller(caller))
        {
            return false;
        }

        if (_requests.IsEmpty)
        {
            return true;
        }

        foreach (var (wanted, where) in _requests)
        {
            if ((wanted is null || wanted == method) && (where is null || where.Matches(path)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a connection without requests matches: never a rule that is about requests.</summary>
    public bool Matches(string caller) => _requests.IsEmpty && MatchesCaller(caller);

    private bool MatchesCaller(string caller)
    {
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
