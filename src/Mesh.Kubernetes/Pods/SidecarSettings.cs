using Mesh.Kubernetes.Installation;
using Mesh.Model.Serialization;

namespace Mesh.Kubernetes.Pods;

/// <summary>What all sidecars of a mesh have in common.</summary>
public sealed record SidecarSettings
{
    /// <summary>Seconds between the end of a pod's listing as an endpoint and its end, for those who still call it.</summary>
    public const int PreStopSeconds = 5;

    /// <summary>What the parts of the mesh are called.</summary>
    public required MeshNames Names { get; init; }

    /// <summary>The image.</summary>
    public required ImageSettings Image { get; init; }

    /// <summary>The trust domain.</summary>
    public required string TrustDomain { get; init; }

    /// <summary>Least level that is logged.</summary>
    public string LogLevel { get; init; } = "Information";

    /// <summary>Seconds that what runs may take to finish.</summary>
    public int DrainSeconds { get; init; } = 20;

    /// <summary>Requests and limits, as a container's <c>resources</c>.</summary>
    public ObjectNode Resources { get; init; } = new([]);

    /// <summary>Base URL of an OTLP collector (gRPC). <see langword="null"/>: none.</summary>
    public string? Telemetry { get; init; }
}
