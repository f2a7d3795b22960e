using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.LoadBalancing;
using Mesh.Proxy.Policies.Retry;

namespace Mesh.Proxy.Policies.Routing;

/// <summary>A route rule, ready to run.</summary>
internal sealed class CompiledRule
{
    private readonly CompiledMatch _match;

    public CompiledRule(RouteRule rule)
    {
        Rule = rule;
        _match = new CompiledMatch(rule.Match);
        Split = rule.Action is ForwardAction forward ? new WeightedSplit(forward.Backends) : null;
        Hash = rule.Action is ForwardAction { HashPolicies: { IsEmpty: false } policies } ? new RequestHash(policies) : null;
        RetryHeaders = RetryHeaders.Of(rule.Retry);
        Policy = rule.Origin == Model.Origin.Default ? null : rule.Origin.ToString();
    }

    /// <summary>The rule.</summary>
    public RouteRule Rule { get; }

    /// <summary>For a forwarding rule: its backends by weight.</summary>
    public WeightedSplit? Split { get; }

    /// <summary>For a forwarding rule: what its requests are hashed by; <see langword="null"/>: by nothing.</summary>
    public RequestHash? Hash { get; }

    /// <summary>Headers that decide on retries; <see langword="null"/>: none do.</summary>
    public RetryHeaders? RetryHeaders { get; }

    /// <summary>The policy that said so, for errors; <see langword="null"/>: none did.</summary>
    public string? Policy { get; }

    /// <summary>The path prefix that a rewrite replaces.</summary>
    public string MatchedPrefix => _match.Prefix;

    /// <summary>Whether a request matches.</summary>
    /// <param name="request">The request.</param>
    /// <param name="path">Its path without the query, decoded where rules look at paths.</param>
    public bool Matches(HttpRequest request, string path) => _match.Matches(request, path);
}
