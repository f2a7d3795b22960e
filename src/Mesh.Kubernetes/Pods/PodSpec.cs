using System.Collections.Immutable;
using Mesh.Model.Bootstrap;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Kubernetes.Pods;

/// <summary>One workload's pods as the mesh sees them.</summary>
public sealed record PodSpec
{
    /// <summary>The service, which is the pod's identity as well.</summary>
    public required ServiceId Service { get; init; }

    /// <summary>Where the sidecar's listeners listen, <c>ip:port</c> by resource name.</summary>
    public required ImmutableSortedDictionary<string, string> Listeners { get; init; }

    /// <summary>Where the app listens, <c>ip:port</c> by port name.</summary>
    public required ImmutableSortedDictionary<string, string> Applications { get; init; }

    /// <summary>The paths of the app that the kubelet probes where no front door leads to it.</summary>
    public ImmutableArray<ProbeDoor> ProbeDoors { get; init; } = [];

    /// <summary>The Secrets that the sidecar needs for TLS towards external services.</summary>
    public ImmutableArray<string> EgressSecrets { get; init; } = [];

    /// <summary>Where the pods may connect to beside the mesh. <see langword="null"/>: nothing is closed.</summary>
    public ImmutableArray<EgressRule>? Egress { get; init; }

    /// <summary>The ports, beside the mesh door, at which the sidecar takes calls from outside the mesh, by name: numbers, or expressions that become one.</summary>
    public ImmutableSortedDictionary<string, string> OpenPorts { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The ports at which the sidecar takes calls in plain text while a policy makes a port of the app permissive.</summary>
    public IEnumerable<string> PlainDoors => Listeners.Where(l => l.Key.StartsWith(ResourceNames.PlainDoor(""), StringComparison.Ordinal)).Select(l => l.Value[(l.Value.LastIndexOf(':') + 1)..]);
}
