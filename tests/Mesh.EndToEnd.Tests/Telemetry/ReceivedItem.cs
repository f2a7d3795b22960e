namespace Mesh.EndToEnd.Tests.Telemetry;

/// <summary>A log record or a metric as it was exported.</summary>
/// <param name="Signal"><c>logs</c>, <c>metrics</c>, or <c>points</c> of a histogram.</param>
/// <param name="Resource">Whose it is.</param>
/// <param name="Name">The log record's text, or the metric's name.</param>
/// <param name="Attributes">The log record's, or the histogram point's.</param>
internal sealed record ReceivedItem(string Signal, IReadOnlyDictionary<string, string> Resource, string Name, IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>A log record's trace, or empty.</summary>
    public string TraceId { get; init; } = "";

    /// <summary>A histogram point's bounds.</summary>
    public IReadOnlyList<double> Bounds { get; init; } = [];
}
