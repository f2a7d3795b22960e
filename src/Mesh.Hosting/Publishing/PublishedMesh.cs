using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Reading;
using Mesh.Laptop.Files;
using Mesh.Model.Identity;
using Mesh.Model.Planning;
using Mesh.Model.Policies;
using Mesh.Model.Resources;

namespace Mesh.Hosting.Publishing;

/// <summary>The mesh as it is published to one environment.</summary>
internal sealed record PublishedMesh
{
    /// <summary>The mesh.</summary>
    public required MeshResource Mesh { get; init; }

    /// <summary>Where it is published to.</summary>
    public required IComputeEnvironmentResource Environment { get; init; }

    /// <summary>The app model.</summary>
    public required DistributedApplicationModel Model { get; init; }

    /// <summary>The app as the planner saw it.</summary>
    public required AppReading Reading { get; init; }

    /// <summary>What is published of the app.</summary>
    public required PublishedScope Scope { get; init; }

    /// <summary>The plan; where its namespace and trust domain are only known later, placeholders stand for them.</summary>
    public required MeshPlan Plan { get; init; }

    /// <summary>Its services, as documents for the control plane.</summary>
    public ImmutableArray<DeclaredResource> Topology =>
        [.. Plan.Workloads.Select(w => TopologyDocuments.Resource(w.Service)), .. Plan.ExternalServices.Select(e => TopologyDocuments.Resource(e))];

    /// <summary>The AppHost's policies.</summary>
    public required ImmutableArray<Policy> Policies { get; init; }

    /// <summary>The trust domain that the AppHost asked for.</summary>
    public required TrustDomain TrustDomain { get; init; }
}
