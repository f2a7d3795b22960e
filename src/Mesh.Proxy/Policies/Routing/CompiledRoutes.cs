using System.Collections.Immutable;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Policies.Routing;

/// <summary>A route table, ready to run: made once for each configuration.</summary>
internal sealed class CompiledRoutes
{
    private readonly ImmutableArray<CompiledRule> _rules;
    private readonly bool _hasCors;

    public CompiledRoutes(RouteTable table)
    {
        Table = table;
        _rules = [.. table.Rules.Select(r => new CompiledRule(r))];
        _hasCors = _rules.Any(r => r.Cors is not null);
        HasPaths = _rules.Any(r => r.HasPath);
    }

    /// <summary>The table it was made from.</summary>
    public RouteTable Table { get; }

    /// <summary>Whether a decision may hang on the path: then a path that apps read differently is refused.</summary>
    public bool HasPaths { get; }

    /// <summary>The first route policy in it, for errors; <see langword="null"/>: none.</summary>
    public string? Policy => _rules.FirstOrDefault(r => r.Policy is not null)?.Policy;

    /// <summary>The first rule that matches, or <see langword="null"/>.</summary>
    public CompiledRule? Find(HttpRequest request, string path)
    {
        if (_hasCors && CompiledCors.IsPreflight(request) && FindPreflight(request, path) is { } asked)
        {
            return asked;
        }

        foreach (var rule in _rules)
        {
            if (rule.Matches(request, path))
            {
                return rule;
            }
        }

        return null;
    }

    // A preflight request stands for the one that it asks about, and goes by the rule of that one.
    private CompiledRule? FindPreflight(HttpRequest request, string path)
    {
        foreach (var rule in _rules)
        {
            // What a rule wants of other headers, a preflight request does not tell.
            if (rule.MatchesPreflight(request, path) && (rule.Cors is not null || rule.Rule.Match.Headers.IsEmpty))
            {
                return rule.Cors is null ? null : rule;
            }
        }

        return null;
    }
}
