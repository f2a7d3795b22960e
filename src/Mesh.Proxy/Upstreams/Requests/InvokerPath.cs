using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Upstreams;

/// <summary>Requests without an upgrade, over the platform's HTTP client without anything around it.</summary>
internal sealed class InvokerPath : IForwardPath
{
    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <inheritdoc />
    public async Task<UpstreamResponse> SendAsync(OutgoingRequest request, CancellationToken cancellationToken)
    {
        var message = Translate(request);
        try
        {
            return new InvokerResponse(await request.Pool.SendAsync(message, cancellationToken));
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    private static HttpRequestMessage Translate(in OutgoingRequest request)
    {
        var incoming = request.Context.Request;
        var message = new HttpRequestMessage(Method(incoming.Method), new Uri(request.Pool.Origin + request.Target, AsItIs))
        {
            Version = request.IsHttp2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = Content(request),
        };

        var connection = incoming.Headers.Connection;
        foreach (var (name, values) in incoming.Headers)
        {
            // HTTP/2's pseudo headers come as headers that no header of HTTP/1.1 can be.
            if (HopHeaders.Contains(name) || HopHeaders.IsReserved(name) || name[0] == ':' || (connection.Count > 0 && HopHeaders.IsNominated(connection, name)))
            {
                continue;
            }

            Add(message, name, values);
        }

        if (HopHeaders.WantsTrailers(incoming.Headers.TE))
        {
            message.Headers.TryAddWithoutValidation("TE", "trailers");
        }

        return message;
    }

    private static OutgoingContent? Content(in OutgoingRequest request)
    {
        if (request.Body is { } body)
        {
            return new OutgoingContent(body, request.IsHttp2);
        }

        var incoming = request.Context.Request;
        return incoming.Method is "GET" or "HEAD" or "OPTIONS" or "TRACE" && incoming.ContentLength is null ? null : new OutgoingContent(body: null, request.IsHttp2);
    }

    private static void Add(HttpRequestMessage message, string name, StringValues values)
    {
        if (values.Count == 1)
        {
            var value = values.ToString();
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                AddToContent(message, name, value);
            }

            return;
        }

        if (name.Equals("Cookie", StringComparison.OrdinalIgnoreCase))
        {
            // RFC 9113, section 8.2.3: what HTTP/2 took apart goes on in one piece.
            message.Headers.TryAddWithoutValidation(name, string.Join("; ", values.ToArray()));
            return;
        }

        foreach (var value in values)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                AddToContent(message, name, value);
            }
        }
    }

    // The HTTP client files Content-Type and its like with the content, so a request without one needs one to carry them.
    private static void AddToContent(HttpRequestMessage message, string name, string? value)
    {
        if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) && message.Content is not OutgoingContent { HasBody: true })
        {
            return;
        }

        message.Content ??= new OutgoingContent(body: null, isHttp2: message.Version.Major == 2);
        message.Content.Headers.TryAddWithoutValidation(name, value);
    }

    private static HttpMethod Method(string method) => method switch
    {
        "GET" => HttpMethod.Get,
        "POST" => HttpMethod.Post,
        "PUT" => HttpMethod.Put,
        "DELETE" => HttpMethod.Delete,
        "HEAD" => HttpMethod.Head,
        "OPTIONS" => HttpMethod.Options,
        "PATCH" => HttpMethod.Patch,
        _ => new HttpMethod(method),
    };

    /// <summary>Whether the caller's request has a body at all.</summary>
    public static bool HasBody(HttpContext context) => context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;
}
