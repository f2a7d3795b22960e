using System.Collections.Immutable;
using System.Net;

namespace Mesh.Proxy.Bootstrap;

/// <summary>What probes from outside may ask.</summary>
/// <param name="Address">Where the sidecar's own health is.</param>
/// <param name="Doors">Where paths of the app are.</param>
internal sealed record ProbeSettings(IPEndPoint Address, ImmutableArray<ProbeDoors> Doors);
