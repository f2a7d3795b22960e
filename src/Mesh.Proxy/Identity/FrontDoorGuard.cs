using System.Net;
using Mesh.Model.Identity;
using Mesh.Proxy.Bootstrap;
using Microsoft.AspNetCore.Connections;

namespace Mesh.Proxy.Identity;

/// <summary>Decides who knocks at a front door; see <c>docs/security.md</c> for what it can and cannot know.</summary>
internal sealed class FrontDoorGuard(ProxySettings settings, IPeerProcesses processes) : IFrontDoorGuard
{
    private readonly SpiffeId _developer = SpiffeId.Developer(settings.Id.TrustDomain);
    private readonly WebPageRules _pages = new(settings.FrontDoorHosts);

    /// <inheritdoc />
    public async ValueTask<CallerVerdict> JudgeAsync(ConnectionContext connection)
    {
        if (connection.RemoteEndPoint is not IPEndPoint peer || connection.LocalEndPoint is not IPEndPoint door || !IPAddress.IsLoopback(peer.Address))
        {
            return CallerVerdict.Anonymous;
        }

        var process = settings.PeerProcessCheck ? await processes.FindAsync(peer, door) : PeerProcess.Unknown;
        if (process is { IsKnown: true, Workload: { } service })
        {
            return CallerVerdict.Known(SpiffeId.ForService(settings.Id.TrustDomain, service));
        }

        return settings.DeveloperIdentity ? CallerVerdict.Known(_developer) : CallerVerdict.Anonymous;
    }

    /// <inheritdoc />
    public CallerVerdict Judge(CallerVerdict connection, string method, IHeaderDictionary headers)
    {
        // Services prove themselves by their process, and strangers get no identity: only the developer can be imitated by a web page.
        if (connection.Identity != _developer)
        {
            return connection;
        }

        return _pages.Fault(method, headers) is { } fault ? CallerVerdict.Refused(fault) : connection;
    }
}
