using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>Sends the request to one of the backends.</summary>
public sealed record ForwardAction : RouteAction
{
    /// <summary>Where to, by weight.</summary>
    public required ImmutableArray<WeightedCluster> Backends { get; init; }

    /// <summary>New <c>Host</c>/<c>:authority</c>; <see langword="null"/>: as the caller sent it.</summary>
    public string? RewriteHost { get; init; }

    /// <summary>New path; <see langword="null"/>: as the caller sent it. The query stays.</summary>
    public PathRewrite? RewritePath { get; init; }

    /// <summary>What of the request is hashed for backends whose replicas are picked by hash. Empty: nothing, so that each request goes anywhere.</summary>
    public ImmutableArray<HashPolicy> HashPolicies { get; init; } = [];

    /// <summary>Where copies of the request go too.</summary>
    public ImmutableArray<RouteMirror> Mirrors { get; init; } = [];

    /// <summary>How a client's requests stay at one replica. <see langword="null"/>: they do not, but for <see cref="HashPolicies"/>.</summary>
    public RouteSession? Session { get; init; }
}
