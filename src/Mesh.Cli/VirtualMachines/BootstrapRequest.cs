using System.Collections.Immutable;
using System.Net;
using Mesh.Model.Topology;

namespace Mesh.Cli.VirtualMachines;

/// <summary>What a machine's start-up file is asked for.</summary>
internal sealed record BootstrapRequest
{
    /// <summary>The service.</summary>
    public required ServiceId Service { get; init; }

    /// <summary>The replica's name, unique in its service.</summary>
    public required string Replica { get; init; }

    /// <summary>By which address peers reach the machine.</summary>
    public required IPAddress Advertised { get; init; }

    /// <summary>What the mesh door is bound to.</summary>
    public required IPAddress Door { get; init; }

    /// <summary>What front doors are bound to.</summary>
    public required IPAddress FrontDoor { get; init; }

    /// <summary>How the machine reaches the control plane. <see langword="null"/>: as the control plane says that it listens.</summary>
    public Uri? ControlPlane { get; init; }

    /// <summary>Where the app insists to listen, by port name.</summary>
    public ImmutableSortedDictionary<string, int> AppPorts { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>Added to every port that nobody fixed: for a second sidecar on one machine. Default: 0.</summary>
    public int PortOffset { get; init; }

    /// <summary>The sidecar's directory on the machine, absolute.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Seconds until the token can no longer be used. <see langword="null"/>: the control plane's default.</summary>
    public int? Lifetime { get; init; }
}
