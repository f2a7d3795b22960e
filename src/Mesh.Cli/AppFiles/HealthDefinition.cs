namespace Mesh.Cli.AppFiles;

/// <summary>A GET that a healthy service answers with a 2xx status.</summary>
/// <param name="Endpoint">Name of an HTTP endpoint of the service.</param>
/// <param name="Path">Absolute path.</param>
internal sealed record HealthDefinition(string Endpoint, string Path);
