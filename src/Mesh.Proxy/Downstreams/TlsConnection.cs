using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.Proxy.Downstreams;

/// <summary>
/// A connection for Kestrel whose bytes come out of a TLS stream that is already open. Kestrel's own TLS puts the stream between two pairs of pipes; here it sits on
/// the socket, with one pair above it.
/// </summary>
internal sealed class TlsConnection : ConnectionContext, IMemoryPoolFeature
{
    // Read ahead this much while Kestrel is busy; the sizes are those of Kestrel's own transport.
    private static readonly PipeOptions InputOptions = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 1024 * 1024, resumeWriterThreshold: 512 * 1024, useSynchronizationContext: false);

    private static readonly PipeOptions OutputOptions = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024, useSynchronizationContext: false);

    private readonly Stream _stream;
    private readonly Socket _socket;
    private readonly Pipe _input = new(InputOptions);
    private readonly Pipe _output = new(OutputOptions);
    private readonly CancellationTokenSource _closed = new();
    private Task _pumps = Task.CompletedTask;
    private IDictionary<object, object?>? _items;
    private string? _id;
    private int _isAborted;

    public TlsConnection(Stream stream, Socket socket)
    {
        _stream = stream;
        _socket = socket;
        Transport = new DuplexPipe(_input.Reader, _output.Writer);
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        ConnectionClosed = _closed.Token;
        Features = new FeatureCollection(4);
        Features.Set<IMemoryPoolFeature>(this);
    }

    /// <inheritdoc />
    public override IDuplexPipe Transport { get; set; }

    /// <inheritdoc />
    public override string ConnectionId
    {
        get => _id ??= Guid.NewGuid().ToString("N");
        set => _id = value;
    }

    /// <inheritdoc />
    public override IFeatureCollection Features { get; }

    /// <inheritdoc />
    public override IDictionary<object, object?> Items
    {
        get => _items ??= new Dictionary<object, object?>();
        set => _items = value;
    }

    /// <inheritdoc />
    public override EndPoint? LocalEndPoint { get; set; }

    /// <inheritdoc />
    public override EndPoint? RemoteEndPoint { get; set; }

    /// <inheritdoc />
    public override CancellationToken ConnectionClosed { get; set; }

    /// <inheritdoc />
    public MemoryPool<byte> MemoryPool => MemoryPool<byte>.Shared;

    /// <summary>Begins to move bytes.</summary>
    public void Start() => _pumps = Task.WhenAll(ReceiveAsync(), SendAsync());

    /// <inheritdoc />
    public override void Abort(ConnectionAbortedException abortReason)
    {
        if (Interlocked.Exchange(ref _isAborted, 1) != 0)
        {
            return;
        }

        _output.Reader.CancelPendingRead();
        Close();
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await _input.Reader.CompleteAsync();
        await _output.Writer.CompleteAsync();
        await _pumps;
        await _stream.DisposeAsync();
        _closed.Dispose();
        await base.DisposeAsync();
    }

    private async Task ReceiveAsync()
    {
        Exception? error = null;
        try
        {
            var writer = _input.Writer;
            while (true)
            {
                var read = await _stream.ReadAsync(writer.GetMemory());
                if (read == 0)
                {
                    break;
                }

                writer.Advance(read);
                var flush = await writer.FlushAsync();
                if (flush.IsCompleted || flush.IsCanceled)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            error = Volatile.Read(ref _isAborted) == 0 ? new ConnectionResetException(e.Message, e) : new ConnectionAbortedException();
        }

        await _input.Writer.CompleteAsync(error);
        // Off this stack: what hangs on the token is others' code. Waited for, or the connection could be disposed first and those who count it never told.
        await Task.Run(_closed.Cancel);
    }

    private async Task SendAsync()
    {
        Exception? error = null;
        try
        {
            var reader = _output.Reader;
            while (true)
            {
                var result = await reader.ReadAsync();
                if (result.IsCanceled)
                {
                    break;
                }

                var buffer = result.Buffer;
                if (buffer.IsSingleSegment)
                {
                    if (!buffer.IsEmpty)
                    {
                        await _stream.WriteAsync(buffer.First);
                    }
                }
                else
                {
                    await WriteTogetherAsync(buffer);
                }

                reader.AdvanceTo(buffer.End);
                if (result.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            error = e;
        }

        await ShutDownAsync(error is null && Volatile.Read(ref _isAborted) == 0);
        await _output.Reader.CompleteAsync(error);
        // A writer that waits for room must not wait for ever.
        _output.Writer.CancelPendingFlush();
    }

    // One TLS record and one system call instead of one for each 4 KiB segment.
    private async ValueTask WriteTogetherAsync(ReadOnlySequence<byte> buffer)
    {
        const int record = 16 * 1024;
        var together = ArrayPool<byte>.Shared.Rent(record);
        try
        {
            while (!buffer.IsEmpty)
            {
                var part = buffer.Slice(0, Math.Min(record, buffer.Length));
                part.CopyTo(together);
                await _stream.WriteAsync(together.AsMemory(0, (int)part.Length));
                buffer = buffer.Slice(part.End);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(together);
        }
    }

    private async ValueTask ShutDownAsync(bool isGraceful)
    {
        if (isGraceful && _stream is System.Net.Security.SslStream tls)
        {
            try
            {
                await tls.ShutdownAsync();
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // The far end went first.
            }
        }

        Close();
    }

    private void Close()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }

        if (Volatile.Read(ref _isAborted) != 0)
        {
            _socket.Dispose();
        }
    }

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
