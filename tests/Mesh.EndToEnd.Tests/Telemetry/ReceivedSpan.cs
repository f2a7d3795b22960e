namespace Mesh.EndToEnd.Tests.Telemetry;

/// <summary>A span as it was exported.</summary>
internal sealed record ReceivedSpan(
    IReadOnlyDictionary<string, string> Resource, string TraceId, string SpanId, string ParentId, string Name, IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>Whose it is.</summary>
    public string Service => Resource.GetValueOrDefault("service.name", "");
}
