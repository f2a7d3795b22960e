using Mesh.Model.Topology;

namespace Mesh.Model.Planning;

/// <summary>One endpoint of a workload as its author declared it.</summary>
public sealed record EndpointDescription
{
    /// <summary>The endpoint's name, a DNS label such as <c>http</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What the app speaks on it.</summary>
    public required AppProtocol Protocol { get; init; }

    /// <summary>The port that the app insists on. <see langword="null"/>: the port source picks one and the app is told.</summary>
    public int? AppPort { get; init; }

    /// <summary>The port that people and probes outside the mesh use. <see langword="null"/>: the port source picks one.</summary>
    public int? FrontDoorPort { get; init; }

    /// <summary>Whether people outside the mesh may use it: published, only such an endpoint has a front door.</summary>
    public bool External { get; init; }

    /// <summary>
    /// Why the endpoint cannot go through sidecars, such as a protocol that hands its own addresses to clients (<see cref="AdvertisingProtocols"/>).
    /// Its edges are skipped with this reason and its users get the app's own address. <see langword="null"/>: it can.
    /// </summary>
    public string? SkipReason { get; init; }

    /// <summary>Where it was declared.</summary>
    public Declaration DeclaredAt { get; init; }
}
