using System.Collections.Immutable;
using System.Net;

namespace Mesh.Proxy.Configuration;

/// <summary>What this replica can take now; the inbound side knows, the registration tells the control plane.</summary>
internal interface IApplicationReadiness
{
    /// <summary>Where the mesh door listens. <see langword="null"/>: not yet.</summary>
    IPEndPoint? MeshDoor { get; }

    /// <summary>The ports whose app accepted a connection and has not died since.</summary>
    ImmutableSortedSet<string> ReadyPorts { get; }

    /// <summary>Raised after one of them changed. Handlers return soon and do not throw.</summary>
    event Action? Changed;
}
