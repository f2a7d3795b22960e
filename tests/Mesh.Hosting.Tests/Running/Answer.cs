namespace Mesh.Hosting.Tests.Running;

/// <summary>What a service got for its call; status 0 and an error where nothing came.</summary>
internal sealed record Answer(int Status, Dictionary<string, string> Headers, string Body, string? Error);
