using System.Collections.Immutable;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Model.Planning;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Reading;

/// <summary>An app model as planning records, and which resource each record stands for.</summary>
internal sealed record AppReading
{
    /// <summary>What the planner is told.</summary>
    public required MeshDescription Description { get; init; }

    /// <summary>The resources that get sidecars.</summary>
    public required ImmutableDictionary<ServiceId, IResourceWithEndpoints> Workloads { get; init; }

    /// <summary>Their endpoints.</summary>
    public required ImmutableDictionary<PortRef, EndpointAnnotation> Endpoints { get; init; }

    /// <summary>The external services that sidecars lead to.</summary>
    public ImmutableDictionary<ServiceId, ExternalServiceResource> Externals { get; init; } = ImmutableDictionary<ServiceId, ExternalServiceResource>.Empty;

    /// <summary>What callbacks made of addresses themselves, by the resource that it is for.</summary>
    public ImmutableDictionary<IResource, LateValues> Late { get; init; } = ImmutableDictionary<IResource, LateValues>.Empty;

    /// <summary>Callbacks that could not answer, for the log.</summary>
    public ImmutableArray<string> Unread { get; init; } = [];

    /// <summary>Dev tunnels into the app and what each means to the mesh, for the log.</summary>
    public ImmutableArray<string> Tunnels { get; init; } = [];
}
