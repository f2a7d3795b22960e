namespace Mesh.Model.Snapshots;

/// <summary>Bounds retries to a cluster so that they cannot become the load (Gateway API's retry budget).</summary>
public sealed record RetryBudget
{
    /// <summary>Retries in percent of the requests of the last <see cref="Interval"/>. Default: 20.</summary>
    public double Percent { get; init; } = 20;

    /// <summary>What is looked back on. Default: 10 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Retries per second that are always allowed. Default: 10.</summary>
    public int MinPerSecond { get; init; } = 10;
}
