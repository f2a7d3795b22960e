namespace Mesh.Proxy.Upstreams;

/// <summary>
/// How long a replica takes to answer: an average in which the past fades, and which goes up to a peak at once. Without news it fades to nothing, so that a replica which was slow is
/// asked again. (Finagle's peak EWMA.)
/// </summary>
internal sealed class PeakAverage
{
    private readonly Lock _lock = new();
    private double _ticks;
    private long _at;

    /// <summary>The average now, in ticks of the clock; zero: nothing is known.</summary>
    /// <param name="now">A timestamp.</param>
    /// <param name="decay">In ticks, over how long the past fades to 1/e.</param>
    public double Get(long now, double decay)
    {
        lock (_lock)
        {
            return _ticks == 0 ? 0 : _ticks * Math.Exp(-Math.Max(0, now - _at) / decay);
        }
    }

    /// <summary>Takes what an attempt took.</summary>
    /// <param name="took">In ticks.</param>
    /// <param name="now">A timestamp.</param>
    /// <param name="decay">In ticks, over how long the past fades to 1/e.</param>
    /// <param name="isAnswer">Whether it ended with an answer: what failed quickly is not quick.</param>
    public void Observe(long took, long now, double decay, bool isAnswer)
    {
        lock (_lock)
        {
            var weight = _ticks == 0 ? 0 : Math.Exp(-Math.Max(0, now - _at) / decay);
            var faded = _ticks * weight;
            if (took > faded)
            {
                _ticks = took;
            }
            else if (isAnswer)
            {
                _ticks = faded + (took * (1 - weight));
            }
            else
            {
                return; // it goes on fading from where it was
            }

            _at = now;
        }
    }
}
