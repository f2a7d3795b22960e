using System.Net;
using Mesh.Proxy.Errors;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Mesh.Proxy.Upstreams;

/// <summary>
/// Requests that turn their connection into something else: WebSockets over HTTP/1.1's Upgrade and HTTP/2's extended CONNECT. YARP's forwarder gets both and the
/// translation between them right; towards an upstream they are HTTP/1.1 with a connection of their own.
/// </summary>
internal sealed class UpgradeForwarder : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly IHttpForwarder _forwarder;

    public UpgradeForwarder(ILoggerFactory loggers, TimeProvider time)
    {
        _services = new ServiceCollection()
            .AddSingleton(loggers)
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>))
            .AddSingleton(time)
            .AddHttpForwarder()
            .BuildServiceProvider();
        _forwarder = _services.GetRequiredService<IHttpForwarder>();
    }

    /// <summary>Whether a request asks for an upgrade that goes on. Java's client offers h2c on every request; nobody has to take that up.</summary>
    public static bool IsUpgrade(HttpContext context)
    {
        if (context.Request.Headers.Upgrade is [{ } upgrade, ..])
        {
            return !upgrade.StartsWith("h2c", StringComparison.OrdinalIgnoreCase) && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true };
        }

        return HttpMethods.IsConnect(context.Request.Method) && context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };
    }

    /// <summary>Sends the request on and, where it is accepted, moves bytes until one side ends.</summary>
    /// <param name="context">The request.</param>
    /// <param name="target">Path and query as they are to go out.</param>
    /// <param name="pool">The connections to use.</param>
    /// <param name="idle">How long it may be silent; <see langword="null"/>: for ever.</param>
    /// <param name="speaksForMesh">Whether a sidecar answers, whose <c>mesh-error</c> is its own; an app cannot speak for the mesh.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What it failed with; <see langword="null"/>: nothing, or the response says so.</returns>
    public async Task<Exception?> ForwardAsync(HttpContext context, string target, HttpPool pool, TimeSpan? idle, bool speaksForMesh, CancellationToken cancellationToken)
    {
        var config = new ForwarderRequestConfig
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            // YARP's own default of 100 s would cut quiet WebSockets. The timer takes no more than this.
            ActivityTimeout = idle ?? TimeSpan.FromDays(24),
        };
        var error = await _forwarder.SendAsync(context, "http://upstream/", pool.Invoker, config, new Transformer(target, speaksForMesh), cancellationToken);
        if (error is ForwarderError.None || context.Features.Get<IForwarderErrorFeature>()?.Exception is not { } exception)
        {
            return null;
        }

        return exception;
    }

    /// <inheritdoc />
    public void Dispose() => _services.Dispose();

    private sealed class Transformer(string target, bool speaksForMesh) : HttpTransformer
    {
        private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.RequestUri = new Uri($"http://upstream{target}", AsItIs);
            proxyRequest.Headers.Host = null;
            proxyRequest.Headers.TryAddWithoutValidation("Host", httpContext.Request.Headers.Host.ToString());
            foreach (var name in httpContext.Request.Headers.Keys.Where(HopHeaders.IsReserved))
            {
                proxyRequest.Headers.Remove(name);
            }
        }

        public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            var isCopied = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
            if (!speaksForMesh)
            {
                httpContext.Response.Headers.Remove(ErrorResponse.Header);
            }

            return isCopied;
        }
    }
}
