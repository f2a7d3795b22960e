namespace Mesh.EndToEnd.Tests.Telemetry;

/// <summary>A span as it was exported.</summary>
internal sealed record ReceivedSpan(string Service, string TraceId, string SpanId, string ParentId, string Name, IReadOnlyDictionary<string, string> Attributes);
