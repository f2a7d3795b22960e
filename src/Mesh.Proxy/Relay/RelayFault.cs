using Grpc.Core;

namespace Mesh.Proxy.Relay;

/// <summary>Ends a client's stream with a status of the relay's own.</summary>
internal sealed class RelayFault(StatusCode code, string message) : Exception(message)
{
    /// <summary>What the client is told.</summary>
    public Status Status => new(code, Message);
}
