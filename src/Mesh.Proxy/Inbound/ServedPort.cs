using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Policies.RateLimit;
using Mesh.Proxy.Policies.TrafficPermission;

namespace Mesh.Proxy.Inbound;

/// <summary>A port behind a door, as one configuration has it.</summary>
/// <param name="Port">The port.</param>
/// <param name="Protocol">What is spoken.</param>
/// <param name="Permissions">Who may call.</param>
/// <param name="Timeouts">Bounds.</param>
/// <param name="Application">The app; <see langword="null"/>: the bootstrap file does not say where it is.</param>
/// <param name="IsExternal">For a front door: whether anyone may come in without an identity.</param>
internal sealed record ServedPort(
    PortRef Port, AppProtocol Protocol, CompiledPermissions Permissions, InboundTimeouts Timeouts, LocalApplication? Application, bool IsExternal)
{
    /// <summary>The port as metrics write it.</summary>
    public string Callee { get; } = Port.ToString();

    /// <summary>How much may come in; <see langword="null"/>: any number of anything.</summary>
    public CompiledLimits? Limits { get; init; }

    /// <summary>Whether a decision may hang on the path: then a path that apps read differently is refused.</summary>
    public bool HasPaths => Permissions.HasPaths || Limits is { HasPaths: true };
}
