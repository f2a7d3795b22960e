using System.Net;
using Mesh.Proxy.Bootstrap;
using Microsoft.AspNetCore.Connections;

namespace Mesh.Proxy.Identity;

/// <summary>
/// Keeps other services of the mesh from borrowing this one's identity. Processes of no service pass: they are the developer's tools, and an app whose launcher lost the
/// mark would otherwise be cut off.
/// </summary>
internal sealed class OutboundGuard(ProxySettings settings, IPeerProcesses processes) : IOutboundGuard
{
    /// <inheritdoc />
    public async ValueTask<CallerVerdict> JudgeAsync(ConnectionContext connection)
    {
        if (!settings.PeerProcessCheck || connection.RemoteEndPoint is not IPEndPoint peer || connection.LocalEndPoint is not IPEndPoint listener)
        {
            return CallerVerdict.Anonymous;
        }

        var process = await processes.FindAsync(peer, listener);
        if (process is not { IsKnown: true, Workload: { } service })
        {
            return CallerVerdict.Anonymous;
        }

        return service == settings.Service
            ? CallerVerdict.Known(settings.Id)
            : CallerVerdict.Refused($"This listener lends the identity of {settings.Service}, but process {process.ProcessId} is of {service}. Declare that {service} uses this upstream; then it has a listener of its own.");
    }
}
