using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.LoadBalancing;

namespace Mesh.Proxy.Policies.Routing;

/// <summary>A route rule, ready to run.</summary>
internal sealed class CompiledRule
{
    private readonly CompiledPath? _path;
    private readonly string? _method;
    private readonly ImmutableArray<CompiledValue> _headers;
    private readonly ImmutableArray<CompiledValue> _query;

    public CompiledRule(RouteRule rule)
    {
        Rule = rule;
        _path = rule.Match.Path is { } path ? new CompiledPath(path) : null;
        _method = rule.Match.Method;
        _headers = [.. rule.Match.Headers.Select(h => new CompiledValue(h))];
        _query = [.. rule.Match.QueryParameters.Select(q => new CompiledValue(q))];
        Split = rule.Action is ForwardAction forward ? new WeightedSplit(forward.Backends) : null;
        Hash = rule.Action is ForwardAction { HashPolicies: { IsEmpty: false } policies } ? new RequestHash(policies) : null;
        Policy = rule.Origin == Model.Origin.Default ? null : rule.Origin.ToString();
    }

    /// <summary>The rule.</summary>
    public RouteRule Rule { get; }

    /// <summary>For a forwarding rule: its backends by weight.</summary>
    public WeightedSplit? Split { get; }

    /// <summary>For a forwarding rule: what its requests are hashed by; <see langword="null"/>: by nothing.</summary>
    public RequestHash? Hash { get; }

    /// <summary>The policy that said so, for errors; <see langword="null"/>: none did.</summary>
    public string? Policy { get; }

    /// <summary>The path prefix that a rewrite replaces.</summary>
    public string MatchedPrefix => _path?.Prefix ?? "";

    /// <summary>Whether a request matches.</summary>
    /// <param name="request">The request.</param>
    /// <param name="path">Its path without the query, decoded where rules look at paths.</param>
    public bool Matches(HttpRequest request, string path)
    {
        if ((_method is not null && request.Method != _method) || (_path is not null && !_path.Matches(path)))
        {
            return false;
        }

        foreach (var header in _headers)
        {
            // Of duplicates the first counts (Gateway API).
            var values = request.Headers[header.Name];
            if (!header.Matches(values.Count == 0 ? null : values[0]))
            {
                return false;
            }
        }

        foreach (var parameter in _query)
        {
            var values = request.Query[parameter.Name];
            if (!parameter.Matches(values.Count == 0 ? null : values[0]))
            {
                return false;
            }
        }

        return true;
    }
}
