using Mesh.Proxy.Identity;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests.Pair;

/// <summary>Guards that say what a test tells them.</summary>
internal sealed class FakeGuards : IOutboundGuard, IFrontDoorGuard
{
    public CallerVerdict Outbound { get; set; } = CallerVerdict.Anonymous;

    public CallerVerdict FrontDoor { get; set; } = CallerVerdict.Anonymous;

    ValueTask<CallerVerdict> IOutboundGuard.JudgeAsync(ConnectionContext connection) => new(Outbound);

    ValueTask<CallerVerdict> IFrontDoorGuard.JudgeAsync(ConnectionContext connection) => new(FrontDoor);

    /// <summary>Raised with each request at a front door.</summary>
    public event Action? Judged;

    public CallerVerdict Judge(CallerVerdict connection, string method, IHeaderDictionary headers)
    {
        Judged?.Invoke();
        return connection;
    }
}
