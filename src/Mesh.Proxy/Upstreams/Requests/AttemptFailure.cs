using System.Net.Sockets;
using Mesh.Proxy.Errors;

namespace Mesh.Proxy.Upstreams;

/// <summary>What an attempt failed with.</summary>
/// <param name="Error">Which error it is.</param>
/// <param name="Stage">What the far end may have done with the request.</param>
/// <param name="Detail">What happened.</param>
internal sealed record AttemptFailure(ProxyError Error, AttemptStage Stage, string Detail)
{
    // RFC 9113, section 7
    private const long ProtocolErrorCode = 1;
    private const long FrameSizeErrorCode = 6;
    private const long RefusedStreamCode = 7;
    private const long CompressionErrorCode = 9;

    /// <summary>Reads an exception of the HTTP client.</summary>
    public static AttemptFailure Of(Exception error)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case UpstreamException upstream:
                    return new(upstream.Error, AttemptStage.NotConnected, upstream.Message);

                case HttpProtocolException { ErrorCode: RefusedStreamCode }:
                    return new(ProxyError.UpstreamRefused, AttemptStage.Refused, "it took no part of the request: it refused the stream, or its connection came to its end");

                case HttpProtocolException { ErrorCode: ProtocolErrorCode or FrameSizeErrorCode or CompressionErrorCode } protocol:
                    return new(ProxyError.UpstreamProtocol, AttemptStage.MaybeProcessed, protocol.Message);

                case HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.VersionNegotiationError }:
                    return new(ProxyError.UpstreamProtocol, AttemptStage.MaybeProcessed, e.Message);

                case HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } when e.InnerException is SocketException or null:
                    return new(ProxyError.ConnectFailed, AttemptStage.NotConnected, e.Message);

                default:
                    break;
            }
        }

        return new(ProxyError.UpstreamReset, AttemptStage.MaybeProcessed, error.InnerException?.Message ?? error.Message);
    }
}
