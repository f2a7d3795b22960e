using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Grpc.Core;

namespace Mesh.Proxy.Relay;

/// <summary>
/// Reads and writes gRPC's length-prefixed messages (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md): one byte that says whether the message is
/// compressed, four of length, the message.
/// </summary>
internal sealed class GrpcMessages(PipeReader input, PipeWriter output, RelayLimits limits, TimeProvider time) : IDisposable
{
    private const int PrefixLength = 5;
    private const int FirstBuffer = 4096;

    private readonly SemaphoreSlim _writing = new(1);

    /// <summary>The next message. <see langword="null"/>: the client has said all.</summary>
    /// <exception cref="RelayFault">It is too long or compressed, or the stream ends within it.</exception>
    public async ValueTask<byte[]?> ReadAsync(CancellationToken cancellationToken)
    {
        var prefix = new byte[PrefixLength];
        if (!await FillAsync(prefix, mayEnd: true, cancellationToken))
        {
            return null;
        }

        if (prefix[0] != 0)
        {
            throw new RelayFault(StatusCode.Unimplemented, "Compressed requests are not taken; the relay's grpc-accept-encoding is identity.");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1));
        if (length > limits.Request)
        {
            throw new RelayFault(StatusCode.ResourceExhausted, $"A request of {length} bytes is more than the relay's {limits.Request}.");
        }

        // Memory is taken as bytes come, not as they are promised.
        var message = new byte[Math.Min((int)length, FirstBuffer)];
        var filled = 0;
        while (true)
        {
            await FillAsync(message.AsMemory(filled), mayEnd: false, cancellationToken);
            filled = message.Length;
            if (filled == length)
            {
                return message;
            }

            Array.Resize(ref message, (int)Math.Min(length, filled * 4L));
        }
    }

    /// <summary>Writes a message, waiting for those before it.</summary>
    /// <exception cref="RelayFault">The client takes nothing.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            using var stall = new CancellationTokenSource(limits.Stall, time);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stall.Token);
            var prefix = output.GetMemory(PrefixLength)[..PrefixLength];
            prefix.Span[0] = 0;
            BinaryPrimitives.WriteUInt32BigEndian(prefix.Span[1..], (uint)message.Length);
            output.Advance(PrefixLength);
            try
            {
                await output.WriteAsync(message, ending.Token);
            }
            catch (OperationCanceledException) when (stall.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new RelayFault(StatusCode.DeadlineExceeded, $"The client took nothing for {limits.Stall.TotalSeconds:F0} s.");
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _writing.Dispose();

    private async ValueTask<bool> FillAsync(Memory<byte> target, bool mayEnd, CancellationToken cancellationToken)
    {
        var filled = 0;
        while (filled < target.Length)
        {
            var result = await input.ReadAsync(cancellationToken);
            var part = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, target.Length - filled));
            part.CopyTo(target.Span[filled..]);
            filled += (int)part.Length;

            // Consumed at once, so that the client's window opens again; what is left over is seen by the next read.
            input.AdvanceTo(part.End);
            if (result.IsCompleted && part.IsEmpty)
            {
                return mayEnd && filled == 0 ? false : throw new RelayFault(StatusCode.InvalidArgument, "The stream ended within a message.");
            }
        }

        return true;
    }
}
