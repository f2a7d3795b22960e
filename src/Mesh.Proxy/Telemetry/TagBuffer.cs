using System.Runtime.CompilerServices;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Telemetry;

/// <summary>Room on the stack for all tags that a request's duration may have: seven of the sidecar's, and those of a policy.</summary>
[InlineArray(7 + HopTelemetry.MostMetricTags)]
internal struct TagBuffer
{
    private KeyValuePair<string, object?> _first;
}
