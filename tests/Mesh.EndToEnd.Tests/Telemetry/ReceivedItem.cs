namespace Mesh.EndToEnd.Tests.Telemetry;

/// <summary>A log record or a metric as it was exported.</summary>
/// <param name="Signal"><c>logs</c> or <c>metrics</c>.</param>
/// <param name="Resource">Whose it is.</param>
/// <param name="Name">The log record's text, or the metric's name.</param>
/// <param name="Attributes">The log record's.</param>
internal sealed record ReceivedItem(string Signal, IReadOnlyDictionary<string, string> Resource, string Name, IReadOnlyDictionary<string, string> Attributes);
