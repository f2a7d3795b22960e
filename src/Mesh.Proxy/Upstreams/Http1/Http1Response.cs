using System.Net.Sockets;
using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Upstreams.Http1;

/// <summary>One exchange on a connection of our own: the request goes out, the response comes back, the connection is kept where it can be.</summary>
internal sealed class Http1Response(Http1Pool pool, Http1Connection connection) : UpstreamResponse
{
    private Http1Body? _body;
    private volatile bool _isSent; // said beside the answer
    private bool _isReleased;

    /// <inheritdoc />
    public override int Status => connection.Head.Status;

    /// <inheritdoc />
    public override string? Header(string name) => connection.Head.Find(name);

    /// <summary>Sends the request and waits for the head of the response.</summary>
    public async ValueTask ExchangeAsync(OutgoingRequest request, CancellationToken cancellationToken)
    {
        // One registration for the whole exchange costs less than a token in each read and write.
        await using var registration = cancellationToken.UnsafeRegister(static state => ((Http1Connection)state!).Abort(), connection);
        connection.BeginExchange();
        RequestHead.Write(connection.Outgoing, request);
        if (request.Body is { } body)
        {
            // An upstream may answer before it has the whole request, so this runs beside the wait for the answer.
            _ = SendAsync(body, body.Length is { } length ? new OutgoingBody(connection, length) : new ChunkedBody(connection, request.Context), cancellationToken);
        }
        else
        {
            await connection.SendAsync();
            _isSent = true;
        }

        await connection.ReadHeadAsync();
        _body = new Http1Body(connection, HttpMethods.IsHead(request.Context.Request.Method));
    }

    /// <inheritdoc />
    public override void CopyHeadTo(HttpResponse response)
    {
        var head = connection.Head;
        response.StatusCode = head.Status;
        var nominated = head.Find("Connection");
        for (var index = 0; index < head.Count; index++)
        {
            var (name, value) = head[index];
            if (name == "Content-Length")
            {
                // RFC 9110, section 8.6: none in a 204; duplicates were found equal.
                response.Headers.ContentLength = head.Status == 204 ? null : head.ContentLength;
            }
            else if (!HopHeaders.Contains(name) && (nominated is null || !HopHeaders.IsNominated(nominated, name)))
            {
                response.Headers.Append(name, value);
            }
        }
    }

    /// <inheritdoc />
    public override async Task CopyBodyToAsync(HttpContext context, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(static state => ((Http1Connection)state!).Abort(), connection);
        try
        {
            await CopyBodyAsync(context, _body!, cancellationToken);
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested && e is IOException or SocketException or ObjectDisposedException)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
    }

    /// <inheritdoc />
    public override void EndRequest()
    {
        if (!_isSent)
        {
            connection.Abort(); // it can carry nothing else
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        if (_isReleased)
        {
            return;
        }

        _isReleased = true;
        if (_isSent && connection.Head.IsPersistent && _body is { IsComplete: true, EndsWithConnection: false })
        {
            pool.Return(connection);
        }
        else
        {
            connection.Dispose();
        }
    }

    /// <inheritdoc />
    protected override IEnumerable<KeyValuePair<string, StringValues>> Trailers() => _body!.Trailers;

    private async Task SendAsync(RequestBody body, BodySink sink, CancellationToken cancellationToken)
    {
        try
        {
            await body.CopyToAsync(sink, cancellationToken);
            _isSent = await sink.CompleteAsync();
        }
        catch (Exception e) when (body.CallerError is null && e is SocketException or IOException)
        {
            // The far end reads no more. It may have said why: the response tells, or its absence does.
            return;
        }
        catch (Exception)
        {
            // The caller's end, a cancellation, or a body that was longer than it said: RequestBody and the token know which. The wait for the answer ends with this.
        }

        if (!_isSent)
        {
            connection.Abort();
        }
    }
}
