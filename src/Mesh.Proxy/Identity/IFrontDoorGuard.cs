using Microsoft.AspNetCore.Connections;

namespace Mesh.Proxy.Identity;

/// <summary>Decides who knocks at a front door. Permissions are checked afterwards, with the identity that comes out.</summary>
internal interface IFrontDoorGuard
{
    /// <summary>For a request at an HTTP front door: the developer, one of the app's own services, or nobody.</summary>
    ValueTask<CallerVerdict> JudgeAsync(HttpContext request);

    /// <summary>For a connection at a TCP front door.</summary>
    ValueTask<CallerVerdict> JudgeAsync(ConnectionContext connection);
}
