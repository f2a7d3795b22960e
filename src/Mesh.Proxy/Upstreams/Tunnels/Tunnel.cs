using System.Buffers;
using System.Net.Sockets;

namespace Mesh.Proxy.Upstreams;

/// <summary>Moves bytes between two connections until both sides have finished. One side may finish long before the other.</summary>
/// <param name="caller">Who opened it.</param>
/// <param name="callee">Whom it leads to.</param>
/// <param name="flow">Holds up what goes to the caller; <see langword="null"/>: nothing does.</param>
internal sealed class Tunnel(TunnelEnd caller, TunnelEnd callee, IFlow? flow = null)
{
    private const int BufferSize = 32 * 1024;

    private long _toCallee;
    private long _toCaller;

    /// <summary>Bytes that the caller sent.</summary>
    public long ToCallee => Volatile.Read(ref _toCallee);

    /// <summary>Bytes that the callee sent.</summary>
    public long ToCaller => Volatile.Read(ref _toCaller);

    /// <summary>Whether it ended by <see cref="Abort"/>.</summary>
    public bool IsAborted { get; private set; }

    /// <summary>Whether it ended because it was as old as it may grow.</summary>
    public bool IsTooOld { get; private set; }

    /// <summary>Moves bytes to the end.</summary>
    /// <param name="idle">How long it may be silent both ways; <see langword="null"/>: for ever.</param>
    /// <param name="age">How old it may grow; <see langword="null"/>: any age.</param>
    /// <param name="time">The clock.</param>
    /// <returns>Whether both sides finished properly.</returns>
    public async Task<bool> RunAsync(TimeSpan? idle, TimeSpan? age, TimeProvider time)
    {
        using var watch = idle is { } limit ? new IdleWatch(limit, () => ToCallee + ToCaller, Abort, time) : null;
        using var end = age is { } most ? time.CreateTimer(_ => Expire(), null, most, Timeout.InfiniteTimeSpan) : null;
        var there = PumpAsync(caller, callee, isToCallee: true);
        var back = PumpAsync(callee, caller, isToCallee: false);
        var isWhole = await there & await back;
        await caller.CloseAsync();
        await callee.CloseAsync();
        return isWhole && !IsAborted;
    }

    /// <summary>Ends it now; both sides see an error.</summary>
    public void Abort()
    {
        IsAborted = true;
        caller.Reset();
        callee.Reset();
    }

    private void Expire()
    {
        IsTooOld = true;
        Abort();
    }

    private async Task<bool> PumpAsync(TunnelEnd from, TunnelEnd to, bool isToCallee)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (true)
            {
                var read = await from.ReadAsync(buffer);
                if (read == 0)
                {
                    from.ThrowIfBrokenOff();
                    if (flow is not null && !isToCallee)
                    {
                        await flow.EndingAsync(CancellationToken.None);
                    }

                    await to.FinishAsync();
                    return true;
                }

                if (flow is null || isToCallee || flow.IsIdle)
                {
                    await to.WriteAsync(buffer.AsMemory(0, read));
                }
                else if (!await WriteHeldAsync(flow, to, buffer.AsMemory(0, read)))
                {
                    await to.FinishAsync();
                    return true;
                }

                if (isToCallee)
                {
                    Volatile.Write(ref _toCallee, _toCallee + read);
                }
                else
                {
                    Volatile.Write(ref _toCaller, _toCaller + read);
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // What breaks one way is broken both ways, and neither side may take what it has for whole.
            from.Reset();
            to.Reset();
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async ValueTask<bool> WriteHeldAsync(IFlow flow, TunnelEnd to, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var next = await flow.AdmitAsync(bytes.Length, CancellationToken.None);
            if (next == 0)
            {
                return false;
            }

            await to.WriteAsync(bytes[..next]);
            bytes = bytes[next..];
        }

        return true;
    }
}
