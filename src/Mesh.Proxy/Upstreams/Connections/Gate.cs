using System.Runtime.InteropServices;

namespace Mesh.Proxy.Upstreams;

/// <summary>Counts what is under way, and lets nothing in above a limit. Without a limit it does not even count.</summary>
/// <param name="limit">The limit; <see langword="null"/>: none.</param>
internal sealed class Gate(int? limit)
{
    private readonly int _limit = limit ?? int.MaxValue;
    private Padded _count;
    private long _refused;

    /// <summary>The limit; <see langword="null"/>: none.</summary>
    public int? Limit => limit;

    /// <summary>How much more may come in; without a limit of no meaning.</summary>
    public int Remaining => Math.Max(0, _limit - Volatile.Read(ref _count.Value));

    /// <summary>How often it said no.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Lets one in, who has to <see cref="Leave"/>, or says no.</summary>
    public bool TryEnter()
    {
        if (limit is null || Interlocked.Increment(ref _count.Value) <= _limit)
        {
            return true;
        }

        Interlocked.Decrement(ref _count.Value);
        Interlocked.Increment(ref _refused);
        return false;
    }

    /// <summary>One goes.</summary>
    public void Leave()
    {
        if (limit is not null)
        {
            Interlocked.Decrement(ref _count.Value);
        }
    }

    // Every request of every thread writes it: on a line of its own it slows down nothing beside it.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Padded
    {
        [FieldOffset(64)]
        public int Value;
    }
}
