using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Policies.Retry;

/// <summary>Counts requests and retries to a cluster over the budget's interval, in tenths of it, and says whether one more retry is within the budget.</summary>
internal sealed class RetryBudgetMeter
{
    private const int Slots = 10;

    private readonly TimeProvider _time;
    private readonly RetryBudget _budget;
    private readonly long _ticksPerSlot;
    private readonly Lock _lock = new();
    private readonly int[] _requests = new int[Slots];
    private readonly int[] _retries = new int[Slots];
    private long _slot;
    private long _second = -1;
    private int _inSecond;

    public RetryBudgetMeter(RetryBudget budget, TimeProvider time)
    {
        _budget = budget;
        _time = time;
        _ticksPerSlot = Math.Max(1, (long)(budget.Interval.TotalSeconds * time.TimestampFrequency / Slots));
    }

    /// <summary>Whether a request was ever counted.</summary>
    public bool HasCounted => Volatile.Read(ref _slot) != 0;

    /// <summary>Counts a request. Costs an addition: slots of the past are cleared by whoever asks for a retry, or once a slot here.</summary>
    public void Count(long timestamp)
    {
        var slot = timestamp / _ticksPerSlot;
        if (slot != Volatile.Read(ref _slot))
        {
            Advance(slot);
        }

        Interlocked.Increment(ref _requests[slot % Slots]);
    }

    /// <summary>Takes one retry out of the budget, or says no.</summary>
    public bool TrySpend()
    {
        var now = _time.GetTimestamp();
        Advance(now / _ticksPerSlot);
        lock (_lock)
        {
            var second = now / _time.TimestampFrequency;
            if (second != _second)
            {
                _second = second;
                _inSecond = 0;
            }

            // The minimum is part of the share and no addition to it: where the share is more, it alone decides.
            var retries = _retries.Sum() + 1;
            if (retries * 100.0 > _requests.Sum() * _budget.Percent && (_inSecond >= _budget.MinPerSecond || retries > _budget.MinPerSecond * Math.Max(1, _budget.Interval.TotalSeconds)))
            {
                return false;
            }

            _inSecond++;
            _retries[now / _ticksPerSlot % Slots]++;
            return true;
        }
    }

    private void Advance(long slot)
    {
        lock (_lock)
        {
            for (var s = Math.Max(_slot + 1, slot - Slots + 1); s <= slot; s++)
            {
                _requests[s % Slots] = 0;
                _retries[s % Slots] = 0;
            }

            _slot = Math.Max(_slot, slot);
        }
    }
}
