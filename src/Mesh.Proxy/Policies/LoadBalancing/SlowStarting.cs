using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.LoadBalancing;

/// <summary>Lets a replica that is new take a part of what it is picked for, more as time goes by; the rest goes where it would without it.</summary>
internal sealed class SlowStarting : IBalancer
{
    private const int Parts = 10_000;

    private readonly IBalancer _inner;
    private readonly SlowStart _slowStart;
    private readonly Func<int, int> _draw;
    private readonly TimeProvider _time;
    private readonly long _until;
    private bool _isOver;

    public SlowStarting(IBalancer inner, ImmutableArray<UpstreamReplica> replicas, SlowStart slowStart, Func<int, int> draw, TimeProvider time)
    {
        _inner = inner;
        _slowStart = slowStart;
        _draw = draw;
        _time = time;
        var newest = replicas.Max(replica => replica.Since);
        _until = newest + (long)(slowStart.Window.TotalSeconds * time.TimestampFrequency);
        _isOver = newest == 0;
    }

    /// <inheritdoc />
    public UpstreamReplica? Pick(ImmutableArray<UpstreamReplica> avoid, ulong? hash)
    {
        var picked = _inner.Pick(avoid, hash);
        if (_isOver || picked is null || picked.Since == 0)
        {
            return picked;
        }

        var now = _time.GetTimestamp();
        if (now >= _until)
        {
            _isOver = true;
            return picked;
        }

        var share = Math.Max(_slowStart.MinWeightPercent / 100.0, _time.GetElapsedTime(picked.Since, now) / _slowStart.Window);
        return share >= 1 || _draw(Parts) < share * Parts ? picked : _inner.Pick(avoid.Add(picked), hash);
    }
}
