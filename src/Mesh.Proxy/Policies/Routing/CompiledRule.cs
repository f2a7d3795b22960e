using System.Collections.Immutable;
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
        Mirrors = rule.Action is ForwardAction { Mirrors: { IsEmpty: false } mirrors } ? [.. mirrors.Select(m => new CompiledMirror(m))] : [];
        Session = rule.Action is ForwardAction { Session: { } session } ? new CompiledSession(session, _match.Prefix.Length > 0 ? _match.Prefix : "/") : null;
        Cors = rule.Cors is { } cors ? new CompiledCors(cors) : null;
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

    /// <summary>For a forwarding rule: where copies of its requests go.</summary>
    public ImmutableArray<CompiledMirror> Mirrors { get; }

    /// <summary>For a forwarding rule: how a client's requests stay at one replica; <see langword="null"/>: they do not.</summary>
    public CompiledSession? Session { get; }

    /// <summary>What pages of other origins may do; <see langword="null"/>: nothing is said.</summary>
    public CompiledCors? Cors { get; }

    /// <summary>Whether something is done before a request is acted upon.</summary>
    public bool HasFilters => Cors is not null || Rule.Authorization is not null;

    /// <summary>The policy that said so, for errors; <see langword="null"/>: none did.</summary>
    public string? Policy { get; }

    /// <summary>Whether it looks at paths.</summary>
    public bool HasPath => _match.HasPath;

    /// <summary>The path prefix that a rewrite replaces.</summary>
    public string MatchedPrefix => _match.Prefix;

    /// <summary>Whether a request matches.</summary>
    /// <param name="request">The request.</param>
    /// <param name="path">Its path without the query, decoded where rules look at paths.</param>
    public bool Matches(HttpRequest request, string path) => _match.Matches(request, path);

    /// <summary>Whether the request that a browser asks about by a preflight request would match, as far as that one tells.</summary>
    public bool MatchesPreflight(HttpRequest request, string path) => _match.MatchesPreflight(request, path);
}
