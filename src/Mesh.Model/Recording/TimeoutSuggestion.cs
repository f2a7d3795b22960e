using System.Globalization;

namespace Mesh.Model.Recording;

/// <summary>A limit for requests, from how long they took: three times the slowest operation's 99th percentile, at least a second, rounded up.</summary>
/// <param name="Limit">The limit; <see langword="null"/>: none is suggested.</param>
/// <param name="Why">How it came about.</param>
public sealed record TimeoutSuggestion(TimeSpan? Limit, string Why)
{
    /// <summary>Fewer requests than this say nothing of a 99th percentile.</summary>
    public const int LeastRequests = 100;

    /// <summary>What took so long in a test takes longer where there is load and distance.</summary>
    public const int Factor = 3;

    /// <summary>A shorter limit would be about pauses of the runtime and first requests, not about the callee.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    /// <summary>What takes longer than this is no request whose end anybody waits for.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromMinutes(5);

    /// <summary>The limit for the plain requests of an edge, or for its gRPC calls.</summary>
    /// <returns><see langword="null"/>: there were none.</returns>
    public static TimeoutSuggestion? Of(EdgeRecording edge, bool isGrpc)
    {
        var operations = edge.Operations.Where(o => o.Key.IsGrpc == isGrpc).ToList();
        if (operations.Count == 0)
        {
            return null;
        }

        if (operations.Find(o => o.Value.Open > 0) is { Value: not null } open)
        {
            return new(null, $"{open.Key} was still running when the recording ended");
        }

        long samples = 0;
        var slowest = TimeSpan.Zero;
        var culprit = operations[0].Key;
        foreach (var (key, count) in operations)
        {
            var own = 0L;
            foreach (var some in count.Durations)
            {
                own += some;
            }

            samples += own;
            if (LatencyBuckets.Quantile(count.Durations, own >= LeastRequests ? 0.99 : 1) is { } took && took > slowest)
            {
                (slowest, culprit) = (took, key);
            }
        }

        if (samples < LeastRequests)
        {
            return new(null, string.Create(CultureInfo.InvariantCulture, $"{samples} requests were measured, fewer than {LeastRequests}"));
        }

        var limit = RoundUp(slowest * Factor);
        return limit > Most
            ? new(null, $"{culprit} takes up to {Text(slowest)}, as streams do")
            : new(limit, $"{Factor} x {Text(slowest)}, the 99th percentile of {culprit}, rounded up, at least {Text(Least)}");
    }

    /// <summary>A duration for people.</summary>
    public static string Text(TimeSpan duration) => duration.TotalSeconds >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.#} s")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(duration.TotalMilliseconds):0} ms");

    // Seconds up to ten, then fives, from a minute on halves of a minute: nobody reads more into it than there is.
    private static TimeSpan RoundUp(TimeSpan exact)
    {
        var step = exact.TotalSeconds <= 10 ? 1 : exact.TotalSeconds <= 60 ? 5 : 30;
        return exact < Least ? Least : TimeSpan.FromSeconds(Math.Ceiling(exact.TotalSeconds / step) * step);
    }
}
