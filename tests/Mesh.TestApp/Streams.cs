using System.Globalization;
using System.Net.WebSockets;

namespace Mesh.TestApp;

/// <summary>Bodies and streams of every length.</summary>
internal static class Streams
{
    public static void MapStreams(this WebApplication app)
    {
        app.MapMethods("/big/{bytes:long}", ["GET", "HEAD"], Big);
        app.MapPost("/sink", Sink);
        app.MapGet("/trailers", Trailers);
        app.MapGet("/events/{count:int}", Events);
        app.Map("/socket", Socket);
    }

    private static async Task Big(long bytes, HttpResponse response)
    {
        response.ContentLength = bytes;
        var block = new byte[65536];
        for (var left = bytes; left > 0; left -= block.Length)
        {
            await response.Body.WriteAsync(block.AsMemory(0, (int)Math.Min(block.Length, left)));
        }
    }

    private static async Task<string> Sink(HttpRequest request)
    {
        var block = new byte[65536];
        long total = 0;
        int read;
        while ((read = await request.Body.ReadAsync(block)) > 0)
        {
            total += read;
        }

        return total.ToString(CultureInfo.InvariantCulture);
    }

    // Kestrel writes no trailers on HTTP/1.1; with this header it leaves the framing to the app.
    private static Task Trailers(HttpResponse response)
    {
        response.Headers.TransferEncoding = "chunked";
        response.Headers.Trailer = "x-sum";
        return response.WriteAsync("4\r\nbody\r\n0\r\nx-sum: 4\r\n\r\n");
    }

    // One event at a time, each only after the caller has had a chance to see the one before.
    private static async Task Events(int count, HttpResponse response, CancellationToken ended)
    {
        response.ContentType = "text/event-stream";
        for (var i = 0; i < count && !ended.IsCancellationRequested; i++)
        {
            await response.WriteAsync($"data: {i}\n\n", ended);
            await response.Body.FlushAsync(ended);
            await Task.Delay(50, ended);
        }
    }

    private static async Task Socket(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var block = new byte[65536];
        while (true)
        {
            var message = await socket.ReceiveAsync(block.AsMemory(), context.RequestAborted);
            if (message.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", context.RequestAborted);
                return;
            }

            await socket.SendAsync(block.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, context.RequestAborted);
        }
    }
}
