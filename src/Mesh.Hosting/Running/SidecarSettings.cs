using System.Collections.Immutable;

namespace Mesh.Hosting.Running;

/// <summary>What the AppHost says about a service's sidecars.</summary>
/// <param name="FrontDoorHosts">Names by which its front doors may be called, beside loopback.</param>
/// <param name="LogLevel">Least level that is logged.</param>
internal sealed record SidecarSettings(ImmutableArray<string> FrontDoorHosts, string LogLevel);
