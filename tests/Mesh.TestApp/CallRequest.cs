namespace Mesh.TestApp;

/// <summary>What to send. <see cref="Version"/>: 1.1 or 2.0 exactly.</summary>
internal sealed record CallRequest(string Url, string Method = "GET", Dictionary<string, string>? Headers = null, string? Body = null, string? Version = null);
