using Mesh.Model.Serialization;

namespace Mesh.Kubernetes.Installation;

/// <summary>What differs between installations of a control plane.</summary>
public sealed record ControlPlaneInstallationSettings
{
    /// <summary>What the parts of the mesh are called.</summary>
    public required MeshNames Names { get; init; }

    /// <summary>The image.</summary>
    public required ImageSettings Image { get; init; }

    /// <summary>The trust domain.</summary>
    public required string TrustDomain { get; init; }

    /// <summary>Seconds that a certificate lives: a number, or a mark that becomes one.</summary>
    public string SvidLifetimeSeconds { get; init; } = "3600";

    /// <summary>Least level that is logged.</summary>
    public string LogLevel { get; init; } = "Information";

    /// <summary>How many run.</summary>
    public ScalarNode Replicas { get; init; } = new(ScalarKind.Number, "2");

    /// <summary>Requests and limits, as a container's <c>resources</c>.</summary>
    public DocumentNode Resources { get; init; } = new ObjectNode([]);

    /// <summary>Base URL of an OTLP collector (gRPC). <see langword="null"/>: none.</summary>
    public string? Telemetry { get; init; }
}
