using System.Net;

namespace Mesh.Proxy.Downstreams;

/// <summary>An address for Kestrel that is no socket: connections are handed over to it.</summary>
internal sealed class HandOverEndPoint(HttpWire wire) : EndPoint
{
    /// <summary>What its connections speak.</summary>
    public HttpWire Wire => wire;

    /// <inheritdoc />
    public override string ToString() => $"handed-over-{wire}";
}
