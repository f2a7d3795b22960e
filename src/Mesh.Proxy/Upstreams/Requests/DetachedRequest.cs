using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Upstreams;

/// <summary>A request of the sidecar's own, or a copy of a caller's that outlives it: with what the forward paths read of a request, and nobody who waits for the response.</summary>
internal static class DetachedRequest
{
    /// <summary>Makes one without headers.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="host">Its <c>Host</c>.</param>
    /// <param name="body">Where its body is read from; <see langword="null"/>: it has none.</param>
    /// <param name="response">Where the body of its response goes.</param>
    public static HttpContext Create(string method, StringValues host, PipeReader? body, Stream response)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Headers.Host = host;
        context.Response.Body = response;
        context.Features.Set<IHttpResponseTrailersFeature>(new Trailers());
        if (body is not null)
        {
            context.Features.Set<IRequestBodyPipeFeature>(new Body(body));
        }

        return context;
    }

    private sealed class Body(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }

    private sealed class Trailers : IHttpResponseTrailersFeature
    {
        IHeaderDictionary IHttpResponseTrailersFeature.Trailers { get; set; } = new HeaderDictionary();
    }
}
