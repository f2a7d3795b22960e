namespace Mesh.Proxy.Upstreams;

/// <summary>What became of the requests to a replica, as far as somebody wants to know. Failures in a row are written by failures alone, and by the first success behind them.</summary>
internal sealed class FailureTally
{
    private int _total;
    private int _gateway;
    private int _local;
    private RateCount? _answers;
    private RateCount? _locals;

    /// <summary>How often in the end it was left out: how much longer the next time is.</summary>
    public int Growth { get; set; }

    /// <summary>Until when it is left out, as a timestamp.</summary>
    public long OutUntil { get; set; }

    /// <summary>All failures in a row.</summary>
    public ref int Total => ref _total;

    /// <summary>Gateway failures in a row.</summary>
    public ref int Gateway => ref _gateway;

    /// <summary>Requests in a row without an answer.</summary>
    public ref int Local => ref _local;

    /// <summary>Successes and failures of what was answered; <see langword="null"/>: nobody asks.</summary>
    public RateCount? Answers => Volatile.Read(ref _answers);

    /// <summary>Successes and failures in getting an answer at all; <see langword="null"/>: nobody asks.</summary>
    public RateCount? Locals => Volatile.Read(ref _locals);

    /// <summary>Says what is counted from now on.</summary>
    public void CountRates(bool answers, bool locals)
    {
        Volatile.Write(ref _answers, answers ? _answers ?? new() : null);
        Volatile.Write(ref _locals, locals ? _locals ?? new() : null);
    }

    /// <summary>Whatever was in a row is no more.</summary>
    public void Forget()
    {
        Volatile.Write(ref _total, 0);
        Volatile.Write(ref _gateway, 0);
        Volatile.Write(ref _local, 0);
    }
}
