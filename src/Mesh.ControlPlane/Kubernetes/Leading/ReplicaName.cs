namespace Mesh.ControlPlane.Kubernetes.Leading;

/// <summary>Who this replica of the control plane is.</summary>
internal sealed class ReplicaName
{
    /// <summary>The pod; <see langword="null"/>: it was not told (environment variable <c>POD_NAME</c>).</summary>
    public string? Pod { get; } = Environment.GetEnvironmentVariable("POD_NAME") is { Length: > 0 } pod ? pod : null;

    /// <summary>What it calls itself as the holder of a lease: a restarted container is another one.</summary>
    public string Holder => field ??= $"{Pod ?? "control-plane"}_{Guid.NewGuid():N}";
}
