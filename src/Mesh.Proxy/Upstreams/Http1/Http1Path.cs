using System.Net.Sockets;

namespace Mesh.Proxy.Upstreams.Http1;

/// <summary>
/// Plain requests over HTTP/1.1 without the platform's client between two streams: no message objects, no URI, no header tables. What is not plain (a body of
/// unknown length without trailers, <c>Expect</c>, HTTP/2) goes the other way.
/// </summary>
internal sealed class Http1Path(IForwardPath others) : IForwardPath
{
    /// <inheritdoc />
    public Task<UpstreamResponse> SendAsync(OutgoingRequest request, CancellationToken cancellationToken) =>
        IsPlain(request) ? SendPlainAsync(request, cancellationToken) : others.SendAsync(request, cancellationToken);

    private static bool IsPlain(in OutgoingRequest request)
    {
        var headers = request.Context.Request.Headers;
        return !request.IsHttp2 && (request.Body is null or { Length: not null } || ChunkedBody.IsAnnounced(request.Context.Request)) && headers.Expect.Count == 0 && headers.Host.Count == 1
            && RequestHead.IsWritable(request.Target);
    }

    private static async Task<UpstreamResponse> SendPlainAsync(OutgoingRequest request, CancellationToken cancellationToken)
    {
        var pool = request.Pool.Http1;
        while (true)
        {
            var connection = pool.TryTake() ?? await pool.ConnectAsync(cancellationToken);
            var response = new Http1Response(pool, connection);
            try
            {
                await response.ExchangeAsync(request, cancellationToken);
                return response;
            }
            catch (Exception e)
            {
                var wasClosedMeanwhile = connection is { IsReused: true, HasAnswered: false } && e is IOException or SocketException or ObjectDisposedException;
                response.Dispose();
                if (cancellationToken.IsCancellationRequested)
                {
                    throw new OperationCanceledException(e.Message, e, cancellationToken);
                }

                // RFC 9112, section 9.3.1: a kept connection may close under a request; what may be repeated without asking goes over another one.
                if (!wasClosedMeanwhile || !IsRepeatable(request))
                {
                    throw;
                }
            }
        }
    }

    // Those that the platform's client repeats by itself; for all others the retry policy decides.
    private static bool IsRepeatable(in OutgoingRequest request) =>
        request.Body is null && request.Context.Request is { ContentLength: null, Method: "GET" or "HEAD" or "OPTIONS" or "TRACE" };
}
