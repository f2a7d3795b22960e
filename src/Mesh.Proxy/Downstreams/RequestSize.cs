using Mesh.Proxy.Errors;

namespace Mesh.Proxy.Downstreams;

/// <summary>
/// Refuses heads that are too big with an answer that names the hop. Kestrel's own answers have no place for a header, so its limits stand at a multiple of these and
/// answer only what is far beyond.
/// </summary>
internal static class RequestSize
{
    /// <summary>How far Kestrel's limits are above ours.</summary>
    public const int KestrelFactor = 4;

    // As HTTP/2 counts a header (RFC 9113, section 10.5.1), so that both wires have one limit.
    private const int PerHeader = 32;

    /// <summary>What is too big; <see langword="null"/>: nothing.</summary>
    public static Failure? Check(HttpRequest request, string rawTarget, DownstreamLimits limits)
    {
        if (rawTarget.Length > limits.RequestLine)
        {
            return new Failure(ProxyError.BadRequest, Detail: $"the request target has {rawTarget.Length} bytes, and at most {limits.RequestLine} are taken", Status: StatusCodes.Status414UriTooLong);
        }

        var headers = request.Headers;
        if (headers.Count > limits.HeaderCount)
        {
            return TooLarge($"there are {headers.Count} headers, and at most {limits.HeaderCount} are taken");
        }

        var size = 0L;
        foreach (var (name, values) in headers)
        {
            size += name.Length + PerHeader;
            foreach (var value in values)
            {
                size += value?.Length ?? 0;
            }
        }

        return size > limits.RequestHeaders ? TooLarge($"the headers have {size} bytes, and at most {limits.RequestHeaders} are taken") : null;
    }

    private static Failure TooLarge(string detail) => new(ProxyError.BadRequest, Detail: detail, Status: StatusCodes.Status431RequestHeaderFieldsTooLarge);
}
