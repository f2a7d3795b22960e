using System.Buffers;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Upstreams;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Downstreams;

/// <summary>
/// What a request's head must hold to beyond what Kestrel asks: as strict as the strictest of the servers that the corpus of tests/Mesh.Hostile.Tests compares with, so that
/// nobody behind reads a request differently. Heads that are too big are refused here too, with an answer that names the hop: Kestrel's own answers have no place for a
/// header, so its limits stand at a multiple of these and answer only what is far beyond.
/// </summary>
internal static class RequestRules
{
    /// <summary>How far Kestrel's limits are above ours.</summary>
    public const int KestrelFactor = 4;

    // As HTTP/2 counts a header (RFC 9113, section 10.5.1), so that both wires have one limit.
    private const int PerHeader = 32;

    private const int LongestMethod = 64;

    // Apps take "delete" for DELETE, permissions do not.
    private static readonly SearchValues<char> MethodLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ-_");

    /// <summary>What is wrong with a head; <see langword="null"/>: nothing.</summary>
    public static Failure? Check(HttpContext context, string rawTarget, DownstreamLimits limits)
    {
        var request = context.Request;
        if (rawTarget.Length > limits.RequestLine)
        {
            return new Failure(ProxyError.BadRequest, Detail: $"the request target has {rawTarget.Length} bytes, and at most {limits.RequestLine} are taken", Status: StatusCodes.Status414UriTooLong);
        }

        return CheckMethod(context, request.Method) ?? CheckFraming(request) ?? CheckHeaders(request.Headers, limits);
    }

    private static Failure? CheckMethod(HttpContext context, string method)
    {
        if (method.Length > LongestMethod || method.AsSpan().ContainsAnyExcept(MethodLetters))
        {
            return Bad("the method is not written in capital letters");
        }

        // TRACE shows a caller what sidecars add; CONNECT asks for a tunnel to where it likes, unless it is the extended one of WebSockets.
        var isRefused = method == "TRACE" || (method == "CONNECT" && context.Features.Get<IHttpExtendedConnectFeature>() is not { IsExtendedConnect: true });
        return isRefused ? new Failure(ProxyError.BadRequest, Detail: $"{method} is not forwarded", Status: StatusCodes.Status405MethodNotAllowed) : null;
    }

    private static Failure? CheckFraming(HttpRequest request)
    {
        var headers = request.Headers;
        if (headers.TransferEncoding is { Count: > 0 } coding)
        {
            if (coding.Count > 1 || !string.Equals(coding[0], "chunked", StringComparison.OrdinalIgnoreCase))
            {
                return Bad("the transfer coding is not just chunked");
            }

            // Where both lengths were given, Kestrel has moved one of them into this header of its own.
            if (request.Protocol != "HTTP/1.1" || headers.ContentLength is not null || headers.ContainsKey("X-Content-Length"))
            {
                return Bad("it says in two ways how long its body is");
            }
        }

        var isHttp2 = HttpProtocol.IsHttp2(request.Protocol);
        if (headers.Host is [""] || (isHttp2 && headers.Host.Count == 0))
        {
            return Bad("it names no host");
        }

        if (isHttp2 && (headers.KeepAlive.Count > 0 || headers.ProxyConnection.Count > 0 || headers.Upgrade.Count > 0))
        {
            return Bad("it holds headers of a connection, which HTTP/2 has none of"); // RFC 9113, section 8.2.2; Kestrel sees to the others
        }

        return headers.Connection.Count > 0 ? CheckConnection(headers.Connection) : null;
    }

    private static Failure? CheckConnection(StringValues connection)
    {
        foreach (var value in connection)
        {
            foreach (var part in value.AsSpan().Split(','))
            {
                var name = value.AsSpan(part).Trim();
                if (GuardedHeaders.Contains(name))
                {
                    return Bad($"its Connection header would take {name} away");
                }
            }
        }

        return null;
    }

    private static Failure? CheckHeaders(IHeaderDictionary headers, DownstreamLimits limits)
    {
        if (headers.Count > limits.HeaderCount)
        {
            return TooLarge($"there are {headers.Count} headers, and at most {limits.HeaderCount} are taken");
        }

        var size = 0L;
        foreach (var (name, values) in headers)
        {
            // HTTP/2's pseudo headers come as headers that no header of HTTP/1.1 can be.
            if (!FieldText.IsName(name) && name[0] != ':')
            {
                return Bad("the name of a header holds characters that none may");
            }

            if (GuardedHeaders.IsImitatedBy(name))
            {
                return Bad($"the header {name} is {name.Replace('_', '-')} to some apps");
            }

            size += name.Length + PerHeader;
            foreach (var value in values)
            {
                if (!FieldText.IsValue(value))
                {
                    return Bad($"the header {name} holds a control character");
                }

                size += value?.Length ?? 0;
            }
        }

        return size > limits.RequestHeaders ? TooLarge($"the headers have {size} bytes, and at most {limits.RequestHeaders} are taken") : null;
    }

    private static Failure Bad(string detail) => new(ProxyError.BadRequest, Detail: detail);

    private static Failure TooLarge(string detail) => new(ProxyError.BadRequest, Detail: detail, Status: StatusCodes.Status431RequestHeaderFieldsTooLarge);
}
