using Microsoft.AspNetCore.Connections;

namespace Mesh.Proxy.Identity;

/// <summary>Decides who knocks at a front door. Permissions are checked afterwards, with the identity that comes out.</summary>
internal interface IFrontDoorGuard
{
    /// <summary>
    /// Asked once for each connection: whose process it is. At a TCP front door that is the verdict; at an HTTP front door each request is judged with
    /// <see cref="Judge"/> on top.
    /// </summary>
    ValueTask<CallerVerdict> JudgeAsync(ConnectionContext connection);

    /// <summary>For a request at an HTTP front door: the developer, one of the app's own services, nobody, or somebody else's web page. Neither waits nor allocates when it lets pass.</summary>
    /// <param name="connection">What was said of its connection.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="headers">The request's headers, before anything was stripped; HTTP/2's <c>:authority</c> as <c>Host</c>.</param>
    CallerVerdict Judge(CallerVerdict connection, string method, IHeaderDictionary headers);
}
