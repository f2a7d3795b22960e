namespace Mesh.TestApp;

/// <summary>What came back; status 0 and an error where nothing did.</summary>
internal sealed record CallResult(int Status, Dictionary<string, string> Headers, string Body, string? Error);
