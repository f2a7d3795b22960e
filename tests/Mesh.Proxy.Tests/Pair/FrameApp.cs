using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Mesh.Proxy.Tests.Pair;

/// <summary>An app that speaks HTTP/2 frame by frame, without TLS: it turns its first stream away in ways that no server library lets a test ask for, and takes those that come after.</summary>
internal sealed class FrameApp : IAsyncDisposable
{
    /// <summary>The bytes of all streams together that it takes: it opens no window (RFC 9113, section 6.9.2).</summary>
    public const int Window = 65_535;

    private const int HeadLength = 9;
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Reset = 3;
    private const byte Settings = 4;
    private const byte Ping = 6;
    private const byte GoAway = 7;
    private const byte Last = 1; // END_STREAM of DATA and HEADERS, ACK of SETTINGS and PING
    private const byte WholeHead = 4;
    private const byte IndexedStatus200 = 0x88; // RFC 7541, appendix A
    private const byte LiteralStatus = 0x08; // of the name with index 8, not indexed

    private static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly TurnAway _how;
    private readonly int _after;
    private readonly TaskCompletionSource _turnedAway = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<byte[]> _bodies = new();
    private int _heads;
    private int _hasTurnedAway; // 1 before the frame is written: the next stream may come, over another connection, before the write has returned

    private FrameApp(TurnAway how, int after) => (_how, _after) = (how, after);

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>How many requests began.</summary>
    public int Heads => Volatile.Read(ref _heads);

    /// <summary>The bodies that came to their end, but for the first stream's.</summary>
    public IReadOnlyCollection<byte[]> Bodies => _bodies;

    /// <summary>Done once the first stream was turned away.</summary>
    public Task TurnedAway => _turnedAway.Task;

    /// <param name="how">What becomes of the first stream.</param>
    /// <param name="after">After how many bytes of its body; <see cref="int.MaxValue"/>: after all of it.</param>
    public static FrameApp Start(TurnAway how, int after = 1)
    {
        var app = new FrameApp(how, after);
        app._listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        app._listener.Listen();
        _ = app.AcceptAsync();
        return app;
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            await stream.ReadExactlyAsync(new byte[Preface.Length]);
            await WriteAsync(stream, Settings, 0, 0, []);
            var bodies = new Dictionary<int, MemoryStream>();
            var head = new byte[HeadLength];
            while (true)
            {
                await stream.ReadExactlyAsync(head);
                var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
                await stream.ReadExactlyAsync(payload);
                await TakeAsync(stream, bodies, head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // The proxy went away, or it was a probe.
        }
    }

    private async Task TakeAsync(NetworkStream stream, Dictionary<int, MemoryStream> bodies, byte type, byte flags, int id, byte[] payload)
    {
        switch (type)
        {
            case Settings or Ping when (flags & Last) == 0:
                await WriteAsync(stream, type, Last, 0, type == Ping ? payload : []);
                break;

            case Headers:
                Interlocked.Increment(ref _heads);
                bodies[id] = new MemoryStream();
                break;

            case Data when bodies.TryGetValue(id, out var body):
                body.Write(payload);
                var isWhole = (flags & Last) != 0;
                if ((isWhole || body.Length >= _after) && Interlocked.Exchange(ref _hasTurnedAway, 1) == 0)
                {
                    await TurnAwayAsync(stream, id);
                    bodies.Remove(id);
                    _turnedAway.TrySetResult();
                }
                else if (isWhole)
                {
                    _bodies.Enqueue(body.ToArray());
                    await WriteAsync(stream, Headers, Last | WholeHead, id, [IndexedStatus200]);
                }

                break;

            default:
                break;
        }
    }

    private Task TurnAwayAsync(NetworkStream stream, int id) => _how switch
    {
        TurnAway.Refuse => WriteAsync(stream, Reset, 0, id, [0, 0, 0, 7]), // REFUSED_STREAM
        TurnAway.GoAway => WriteAsync(stream, GoAway, 0, 0, new byte[8]), // no stream was taken, no error
        _ => WriteAsync(stream, Headers, Last | WholeHead, id, [LiteralStatus, 3, .. "413"u8]),
    };

    private static async Task WriteAsync(NetworkStream stream, byte type, byte flags, int id, byte[] payload)
    {
        var frame = new byte[HeadLength + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, (payload.Length << 8) | type);
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), id);
        payload.CopyTo(frame, HeadLength);
        await stream.WriteAsync(frame);
    }
}
