using System.Globalization;
using Grpc.Core;
using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Identity;

namespace Mesh.Proxy.Relay;

/// <summary>Answers requests at the relay's listeners: gRPC, by hand, for there are five methods and their messages pass as bytes.</summary>
internal sealed partial class RelayEndpoint(RelaySettings settings, RelayLimits limits, RelayUpstream upstream, RelayNode node, RelaySecrets secrets, TimeProvider time, ILogger<RelayEndpoint> logger)
    : IDisposable
{
    private const string ContentType = "application/grpc";

    private readonly BearerToken? _token = settings.Token is { } token ? new BearerToken(token) : null;
    private readonly RelayPace _pace = new(limits, time);
    private readonly CancellationTokenSource _stopping = new();
    private int _streams;

    /// <summary>Ends all streams, and those that come.</summary>
    public void Stop() => _stopping.Cancel();

    /// <inheritdoc />
    public void Dispose() => _stopping.Dispose();

    /// <summary>Serves a request to its end.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        var request = http.Request;
        if (request.Method != HttpMethods.Post || request.ContentType?.StartsWith(ContentType, StringComparison.Ordinal) != true)
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            await http.Response.WriteAsync("This is the relay for xDS clients; it speaks gRPC only.\n", http.RequestAborted);
            return;
        }

        http.Response.ContentType = ContentType;
        http.Response.Headers["grpc-accept-encoding"] = "identity";
        Status? status;
        var count = Interlocked.Increment(ref _streams);
        try
        {
            status = Refusal(http, count) ?? await ServeAsync(http);
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }

        if (status is { } said)
        {
            http.Response.AppendTrailer("grpc-status", ((int)said.StatusCode).ToString(CultureInfo.InvariantCulture));
            http.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(said.Detail));
        }
    }

    private Status? Refusal(HttpContext http, int count)
    {
        // Who may open the socket may have what is behind it; an address can be reached by everyone on this machine. Unix sockets have no local IP.
        if (http.Connection.LocalIpAddress is not null && _token?.Matches(http.Request.Headers.Authorization) != true)
        {
            return Refuse(http, StatusCode.Unauthenticated, "Send 'authorization: Bearer …' with the bootstrap file's relay.token, or come by relay.socket.");
        }

        if (RelayMethod.Find(http.Request.Path.Value) is null)
        {
            return Refuse(http, StatusCode.Unimplemented, $"{http.Request.Path} is not relayed.");
        }

        return count > limits.Streams ? Refuse(http, StatusCode.ResourceExhausted, $"The relay serves {limits.Streams} streams at once, and there are so many.") : null;
    }

    private Status Refuse(HttpContext http, StatusCode code, string reason)
    {
        Log.Refused(logger, http.Request.Path, code, reason);
        return new Status(code, reason);
    }

    /// <returns>What the client is told; <see langword="null"/>: it is gone.</returns>
    private async Task<Status?> ServeAsync(HttpContext http)
    {
        var method = RelayMethod.Find(http.Request.Path.Value)!;
        var observer = new RelayObserver(method, logger);
        using var firstRequest = new CancellationTokenSource(limits.FirstRequest, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping.Token);
        Status? status;
        try
        {
            // Nothing may be due for a long time: the headers tell the client that it is in.
            await http.Response.StartAsync(ending.Token);
            using var client = new GrpcMessages(http.Request.BodyReader, http.Response.BodyWriter, limits, time);
            using var stream = new RelayedStream(method, client, upstream, _pace, node, secrets, observer);
            var end = await stream.RunAsync(firstRequest.Token, ending.Token);
            status = end;
            observer.Ended(end);
            if (end.StatusCode == StatusCode.DeadlineExceeded)
            {
                http.Abort(); // it takes nothing: trailers would wait behind what it does not take
                return null;
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            status = new Status(StatusCode.Unavailable, "The sidecar is stopping.");
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException or ObjectDisposedException)
        {
            observer.Ended(new Status(StatusCode.Cancelled, "The client is gone."));
            return null;
        }

        return status;
    }

    private static partial class Log
    {
        [LoggerMessage(3906, LogLevel.Warning, "An xDS client was refused {Path}: {Code}: {Reason}", EventName = nameof(Refused))]
        public static partial void Refused(ILogger logger, string path, StatusCode code, string reason);
    }
}
