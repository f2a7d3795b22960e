using Aspire.Hosting;
using Mesh.Hosting.Exports;
using Mesh.Model.Policies.Retry;

namespace Mesh.Hosting;

/// <summary>How much of the traffic to an endpoint retries may be.</summary>
[AspireDto]
public sealed class MeshRetryBudget
{
    /// <summary>Retries in percent of the requests of the last <see cref="Interval"/>, 0 to 100. Default: 20 (Gateway API).</summary>
    public double? Percent { get; set; }

    /// <summary>What is looked back on. Default: 10 s (Gateway API).</summary>
    [Milliseconds]
    public TimeSpan? Interval { get; set; }

    /// <summary>Retries per second that are always allowed, 0 to 1,000,000. Default: 10 (Gateway API).</summary>
    public int? MinPerSecond { get; set; }

    internal RetryBudgetSettings ToSettings() => new() { Percent = Percent, Interval = Interval, MinPerSecond = MinPerSecond };
}
