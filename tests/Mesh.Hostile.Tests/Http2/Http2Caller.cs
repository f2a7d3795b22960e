using System.Buffers.Binary;
using System.Net.Sockets;
using Mesh.Hostile.Tests.Servers;

namespace Mesh.Hostile.Tests.Http2;

/// <summary>A caller that speaks HTTP/2 by hand and notes what it is told.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "An acknowledgement may still wait for the semaphore.")]
internal sealed class Http2Caller(HostileConnection connection) : IDisposable
{
    private readonly Dictionary<int, int> _statuses = [];
    private readonly HashSet<int> _ended = [];
    private readonly SemaphoreSlim _writing = new(1);

    /// <summary>Whether the far end has closed the connection.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Whether it said goodbye.</summary>
    public bool WasToldToGo { get; private set; }

    /// <summary>The status of a stream; 0: none; -1: it was reset.</summary>
    public int Status(int stream) => _statuses.GetValueOrDefault(stream);

    /// <summary>Whether the answer of a stream is whole or broken off.</summary>
    public bool HasEnded(int stream) => _ended.Contains(stream);

    /// <summary>Sends octets; false: nobody reads them any more.</summary>
    public async Task<bool> SendAsync(byte[] octets)
    {
        await _writing.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            await connection.Stream.WriteAsync(octets, TestContext.Current.CancellationToken);
            await connection.Stream.FlushAsync(TestContext.Current.CancellationToken);
            return true;
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Reads until something is so, the connection ends, or time is up.</summary>
    public async Task ReadUntilAsync(Func<Http2Caller, bool> isSo, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        await ReadWhileAsync(isSo, limit);
    }

    /// <summary>Reads until something is so, the connection ends, or a test has seen enough.</summary>
    public async Task ReadWhileAsync(Func<Http2Caller, bool> isSo, CancellationTokenSource enough)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken, enough.Token);
        try
        {
            var head = new byte[9];
            while (!isSo(this))
            {
                await connection.Stream.ReadExactlyAsync(head, limit.Token);
                var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
                await connection.Stream.ReadExactlyAsync(payload, limit.Token);
                Note(new Http2Frame(head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)) & int.MaxValue, payload));
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            IsClosed = true;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            // Time is up.
        }
    }

    public void Dispose() => connection.Dispose();

    private void Note(Http2Frame frame)
    {
        switch (frame.Type)
        {
            case Http2Frame.Settings when (frame.Flags & Http2Frame.Ack) == 0:
                // Behind what is being sent; reading does not wait for it.
                _ = SendAsync(new Http2Frame(Http2Frame.Settings, Http2Frame.Ack, 0, []).Octets);
                break;

            case Http2Frame.Headers:
                _statuses.TryAdd(frame.Stream, StatusOf(frame.Payload));
                break;

            case Http2Frame.Reset:
                _statuses[frame.Stream] = -1;
                _ended.Add(frame.Stream);
                break;

            case Http2Frame.GoAway:
                WasToldToGo = true;
                break;
        }

        if (frame.Type is Http2Frame.Headers or Http2Frame.Data && (frame.Flags & Http2Frame.EndStream) != 0)
        {
            _ended.Add(frame.Stream);
        }
    }

    // The status comes first: indexed (RFC 7541, appendix A, 8 to 14), or its name indexed and three digits behind, plain or by Huffman.
    private static int StatusOf(byte[] block)
    {
        var at = 0;
        while ((block[at] & 0xE0) == 0x20)
        {
            at++; // the size of the dynamic table
        }

        int[] known = [200, 204, 206, 304, 400, 404, 500];
        if ((block[at] & 0x80) != 0)
        {
            var index = block[at] & 0x7F;
            return index is >= 8 and <= 14 ? known[index - 8] : 1;
        }

        var length = block[at + 1] & 0x7F;
        var value = block.AsSpan(at + 2, length);
        return (block[at + 1] & 0x80) == 0 ? int.Parse(value) : Digits(value);
    }

    // RFC 7541, appendix B: 0, 1 and 2 have five bits, the other digits six.
    private static int Digits(ReadOnlySpan<byte> huffman)
    {
        var bits = 0UL;
        foreach (var octet in huffman)
        {
            bits = (bits << 8) | octet;
        }

        var (left, number) = (huffman.Length * 8, 0);
        for (var digits = 0; digits < 3; digits++)
        {
            var five = (int)(bits >> (left - 5)) & 31;
            var isShort = five < 3;
            number = (number * 10) + (isShort ? five : ((int)(bits >> (left - 6)) & 63) - 0x19 + 3);
            left -= isShort ? 5 : 6;
        }

        return number;
    }
}
