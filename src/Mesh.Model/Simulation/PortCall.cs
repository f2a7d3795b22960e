using Mesh.Model.Topology;

namespace Mesh.Model.Simulation;

/// <summary>A call as the called service's sidecar sees it.</summary>
/// <param name="Port">The port.</param>
/// <param name="Caller">The caller's SPIFFE id.</param>
/// <param name="Request">The request as it comes in there.</param>
/// <param name="IsFrontDoor">Whether through the front door.</param>
internal sealed record PortCall(PortRef Port, string Caller, SimulatedRequest Request, bool IsFrontDoor);
