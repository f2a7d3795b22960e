using Mesh.Model.Validation;

namespace Mesh.Model.Snapshots;

/// <summary>What happens to the connections of a tcp port, on the way back to the caller. Those that are open are hit from their next bytes on.</summary>
public sealed record FaultTunnel
{
    /// <summary>How long each piece is held. <see langword="null"/>: not at all.</summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>How much longer or shorter than <see cref="Latency"/> at most, drawn evenly for each piece. <see langword="null"/>: not.</summary>
    public TimeSpan? Jitter { get; init; }

    /// <summary>The most bytes in a second. <see langword="null"/>: no limit.</summary>
    public int? BytesPerSecond { get; init; }

    /// <summary>After so long the connection is reset; zero: at once. <see langword="null"/>: it is not.</summary>
    public TimeSpan? ResetAfter { get; init; }

    /// <summary>After so many bytes nothing more comes: the callee seems to have finished. <see langword="null"/>: no limit.</summary>
    public int? LimitBytes { get; init; }

    /// <summary>How long the callee's end of sending is held back. <see langword="null"/>: not at all.</summary>
    public TimeSpan? SlowClose { get; init; }

    /// <summary>Share of the connections, above 0 to 100. Default: 100.</summary>
    public double Percent { get; init; } = FaultPercent.All;

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        if (Latency is null && BytesPerSecond is null && ResetAfter is null && LimitBytes is null && SlowClose is null)
        {
            yield return new(at, "says nothing that happens; write latency, bytesPerSecond, resetAfter, limitBytes or slowClose");
        }

        if (Jitter is not null && (Latency is null || Jitter > Latency))
        {
            yield return new(at / "jitter", "must have a latency beside it that is at least as long; it is added and taken away");
        }

        if (BytesPerSecond < 1)
        {
            yield return new(at / "bytesPerSecond", $"must be at least 1 but is {BytesPerSecond}");
        }

        if (LimitBytes < 0)
        {
            yield return new(at / "limitBytes", $"must not be negative but is {LimitBytes}");
        }

        foreach (var violation in FaultDelay.Bound(Latency, at / "latency")
            .Concat(FaultDelay.Bound(Jitter, at / "jitter"))
            .Concat(FaultDelay.Bound(ResetAfter, at / "resetAfter", zero: true))
            .Concat(FaultDelay.Bound(SlowClose, at / "slowClose"))
            .Concat(FaultPercent.Validate(Percent, at)))
        {
            yield return violation;
        }
    }
}
