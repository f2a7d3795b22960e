using System.Net;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Upstreams;

/// <summary>One address behind a cluster, with what is in flight to it and its connections.</summary>
internal sealed class UpstreamReplica(string name, EndPoint address, int weight)
{
    // Seconds. Long enough to matter to a replica that stays away, short enough for one that comes back.
    private const int LongestAvoidance = 10;

    private readonly Lock _lock = new();
    private readonly WireChoice _wire = new();
    private HttpPool? _pool;
    private int _inFlight;
    private bool _isGone;
    private long _avoidUntil;
    private int _failures;
    private bool _isEjected;
    private bool _isUnhealthy;

    /// <summary>The replica's name, for logs and spans.</summary>
    public string Name => name;

    /// <summary>Where it is.</summary>
    public EndPoint Address => address;

    /// <summary>Share relative to its siblings, at least 1.</summary>
    public int Weight => weight;

    /// <summary>When it came, as a timestamp; 0: it was there from the beginning.</summary>
    public long Since { get; init; }

    /// <summary>What its answers take, where that decides who is picked.</summary>
    public PeakAverage Latency { get; } = new();

    /// <summary>What became of requests to it, where that decides whether it is left out.</summary>
    public FailureTally Failures { get; } = new();

    /// <summary>Whether it is left out because of what became of requests to it.</summary>
    public bool IsEjected
    {
        get => Volatile.Read(ref _isEjected);
        set => Volatile.Write(ref _isEjected, value);
    }

    /// <summary>Whether it does not answer health checks as it should.</summary>
    public bool IsUnhealthy
    {
        get => Volatile.Read(ref _isUnhealthy);
        set => Volatile.Write(ref _isUnhealthy, value);
    }

    /// <summary>Why and for how long it was left out last because of what became of requests; of meaning while <see cref="IsEjected"/>.</summary>
    public OutNote? Ejection { get; set; }

    /// <summary>Why it was found unwell last; of meaning while <see cref="IsUnhealthy"/>.</summary>
    public OutNote? Illness { get; set; }

    /// <summary>Whether it is to be left out, as far as there are others.</summary>
    public bool IsOut => IsEjected || IsUnhealthy;

    /// <summary>The same as a word, for metrics and dumps.</summary>
    public string State => IsUnhealthy ? "unhealthy" : IsEjected ? "ejected" : "live";

    /// <summary>Requests and tunnels under way.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Counts a request or tunnel in.</summary>
    /// <returns>How many there are with it.</returns>
    public int Enter() => Interlocked.Increment(ref _inFlight);

    /// <summary>Counts it out.</summary>
    public void Leave() => Interlocked.Decrement(ref _inFlight);

    /// <summary>Whether it could not be connected to a moment ago.</summary>
    public bool IsAvoided(long now) => Volatile.Read(ref _avoidUntil) > now;

    /// <summary>Notes that there was no connection: for a while others are picked, longer each time. Until the control plane withdraws it, that is what keeps requests away.</summary>
    /// <returns>Until when, as a timestamp.</returns>
    public long NoteUnreachable(TimeProvider time)
    {
        var seconds = Math.Min(Interlocked.Increment(ref _failures), LongestAvoidance);
        var until = time.GetTimestamp() + (seconds * time.TimestampFrequency);
        Volatile.Write(ref _avoidUntil, until);
        return until;
    }

    /// <summary>Notes that it answered.</summary>
    public void NoteReached()
    {
        if (Volatile.Read(ref _failures) != 0)
        {
            Volatile.Write(ref _failures, 0);
            Volatile.Write(ref _avoidUntil, 0);
        }
    }

    /// <inheritdoc cref="WireChoice.IsHttp2" />
    public bool IsHttp2(WireProtocol setting, int inFlight, bool needsHttp2, long? length)
    {
        var isHttp2 = _wire.IsHttp2(setting, inFlight, needsHttp2, length);
        // What the beginning of a busy time opened is of no use while HTTP/2 carries it; TLS and buffers of each cost both ends some 50 KiB.
        Volatile.Read(ref _pool)?.Http1.KeepAtMost(_wire.IsBusy ? WireChoice.Busy : int.MaxValue);
        return isHttp2;
    }

    /// <summary>The pool for an SVID, held for the caller; one for a newer SVID retires the older.</summary>
    /// <param name="generation">The SVID's generation; 0 without one.</param>
    /// <param name="state">What <paramref name="connect"/> needs.</param>
    /// <param name="idle">How long an unused connection is kept.</param>
    /// <param name="age">How old a connection may grow; <see langword="null"/>: any age.</param>
    /// <param name="time">The clock.</param>
    /// <param name="gates">What bounds its connections; <see langword="null"/>: nothing does.</param>
    /// <param name="connect">Makes the connector of a new pool.</param>
    public HttpPool Pool<T>(long generation, T state, TimeSpan idle, TimeSpan? age, TimeProvider time, ConnectionGates? gates, Func<UpstreamReplica, T, IConnector> connect)
    {
        var pool = Volatile.Read(ref _pool);
        if (pool is not null && pool.Generation >= generation && pool.TryEnter())
        {
            return pool;
        }

        lock (_lock)
        {
            pool = _pool;
            if (pool is not null && pool.Generation >= generation && pool.TryEnter())
            {
                return pool;
            }

            var next = new HttpPool(connect(this, state), idle, age, generation, time, gates);
            next.TryEnter();
            if (_isGone)
            {
                // Withdrawn while this request was on its way: the pool is for this one alone.
                next.Retire();
                return next;
            }

            _pool = next;
            pool?.Retire();
            return next;
        }
    }

    /// <summary>Withdrawn: what runs finishes, its connections close then.</summary>
    public void Withdraw()
    {
        lock (_lock)
        {
            _isGone = true;
            _pool?.Retire();
            _pool = null;
        }
    }
}
