using System.Net;
using Microsoft.AspNetCore.Connections.Features;

namespace Mesh.ControlPlane.Api;

/// <summary>
/// Stands before every endpoint: right door, right name, not another web page, and a caller with the scope. Runs after routing, so that an endpoint's <see cref="Access"/> is known.
/// </summary>
internal sealed partial class ApiGate(RequestDelegate next, IApiCallers callers, BrowserSessions sessions, ILogger<ApiGate> logger)
{
    /// <summary>Lets a request pass or answers it.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        if (DoorOf(context) == Door.Grpc)
        {
            return endpoint?.Metadata.GetMetadata<BehindDoor>()?.Door == Door.Grpc ? next(context) : NotFound(context);
        }

        if (endpoint?.Metadata.GetMetadata<BehindDoor>()?.Door == Door.Grpc)
        {
            return NotFound(context);
        }

        Harden(context.Response.Headers);
        if (!IsOwnName(context))
        {
            return Problems.Of(
                StatusCodes.Status421MisdirectedRequest,
                "Wrong host",
                $"This is not '{context.Request.Host}'; use the address that the control plane is bound to, such as {context.Request.Scheme}://127.0.0.1:{context.Connection.LocalPort}.").ExecuteAsync(context);
        }

        if (IsAnotherPage(context))
        {
            return Problems.Of(StatusCodes.Status403Forbidden, "Another web page", "Web pages of other origins may not use this API.").ExecuteAsync(context);
        }

        return endpoint?.Metadata.GetMetadata<Access>() is { } access ? AuthorizeAsync(context, access) : NotFound(context);
    }

    /// <summary>Which listener the connection came in through.</summary>
    public static Door DoorOf(HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(typeof(Door), out var door) == true ? (Door)door! : Door.Api;

    private async Task AuthorizeAsync(HttpContext context, Access access)
    {
        if (access.Scope is not { } scope)
        {
            await NextAsync(context);
            return;
        }

        ApiCaller? caller;
        try
        {
            caller = await FindCallerAsync(context, access, scope);
        }
        catch (CallersUnknownException e)
        {
            Log.CallerUnknown(logger, e.Message);
            await Problems.Of(StatusCodes.Status503ServiceUnavailable, "Not now", e.Message).ExecuteAsync(context);
            return;
        }

        if (caller is null)
        {
            if (access.BrowserSession && context.Request.Headers.Accept.Any(a => a?.Contains("text/html", StringComparison.Ordinal) == true))
            {
                await Results.Redirect("/login").ExecuteAsync(context);
                return;
            }

            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"mesh\"";
            await Problems.Of(StatusCodes.Status401Unauthorized, "Who are you?", $"Send 'Authorization: Bearer <token>' {callers.Cure}.").ExecuteAsync(context);
            return;
        }

        if (!caller.Scopes.Contains(scope))
        {
            Log.ScopeMissing(logger, caller.Name, scope, context.Request.Method, context.Request.Path);
            await Problems.Of(StatusCodes.Status403Forbidden, "Scope missing", $"The token '{caller.Name}' lacks the scope '{scope}'.").ExecuteAsync(context);
            return;
        }

        context.Features.Set(caller);
        await NextAsync(context);
    }

    private async Task NextAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await Problems.Of(e.StatusCode, "Request refused", (e.InnerException ?? e).Message).ExecuteAsync(context);
        }
        catch (IOException e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            // A full disk, most likely. Nothing was done: what is done is in the audit trail before it is.
            Log.NotWritten(logger, context.Request.Method, context.Request.Path, e.Message);
            await Problems.Of(StatusCodes.Status507InsufficientStorage, "Not written", $"The state directory cannot be written: {e.Message}").ExecuteAsync(context);
        }
    }

    private async ValueTask<ApiCaller?> FindCallerAsync(HttpContext context, Access access, string scope)
    {
        if (context.Request.Headers.Authorization is [{ } header])
        {
            // A wrong token is not saved by a cookie.
            return BearerToken.Of(header) is { } token ? await callers.FindAsync(token, scope, context.RequestAborted) : null;
        }

        return access.BrowserSession
            && HttpMethods.IsGet(context.Request.Method)
            && context.Request.Cookies.TryGetValue(BrowserSessions.CookieOf(context.Request), out var cookie)
            && sessions.TryFind(cookie, out var viewer) ? viewer : null;
    }

    // DNS rebinding: a page of evil.example whose name now leads to 127.0.0.1 still sends its own name. Off loopback, names are the platform's business and only the token counts.
    private static bool IsOwnName(HttpContext context)
    {
        if (context.Connection.LocalIpAddress is not { } local || !IPAddress.IsLoopback(local))
        {
            return true;
        }

        var host = context.Request.Host;
        return host.Host is "localhost" || (IPAddress.TryParse(host.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    }

    private static bool IsAnotherPage(HttpContext context)
    {
        var request = context.Request;
        if (request.Headers.Origin is [{ Length: > 0 } origin] && origin != $"{request.Scheme}://{request.Host}")
        {
            return true;
        }

        // A link on another page may lead to the status page; nothing else of another page may ask for anything.
        return request.Headers["Sec-Fetch-Site"] is [("cross-site" or "same-site")]
            && !(HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"] is ["navigate"]);
    }

    private static void Harden(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; script-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    }

    private static Task NotFound(HttpContext context) =>
        Problems.Of(StatusCodes.Status404NotFound, "Not found", $"There is nothing at {context.Request.Path}.").ExecuteAsync(context);

    private static partial class Log
    {
        [LoggerMessage(2500, LogLevel.Warning, "Token '{Caller}' lacks scope '{Scope}' for {Method} {Path}.", EventName = nameof(ScopeMissing))]
        public static partial void ScopeMissing(ILogger logger, string caller, string scope, string method, string path);

        [LoggerMessage(2502, LogLevel.Warning, "A call was refused for the moment: {Reason}", EventName = nameof(CallerUnknown))]
        public static partial void CallerUnknown(ILogger logger, string reason);

        [LoggerMessage(2501, LogLevel.Error, "{Method} {Path} failed: the state directory cannot be written: {Reason}", EventName = nameof(NotWritten))]
        public static partial void NotWritten(ILogger logger, string method, string path, string reason);
    }
}
