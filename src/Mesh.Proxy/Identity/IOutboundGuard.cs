using Microsoft.AspNetCore.Connections;

namespace Mesh.Proxy.Identity;

/// <summary>Decides who may use a loopback listener: it lends this proxy's identity to whoever connects.</summary>
internal interface IOutboundGuard
{
    /// <summary>Asked once for each connection, before the first byte is read. The identity is this proxy's own where the process is told, else none.</summary>
    ValueTask<CallerVerdict> JudgeAsync(ConnectionContext connection);
}
