namespace Mesh.Model.Snapshots;

/// <summary>One more address of an external service.</summary>
/// <param name="Host">Host name or IP literal, resolved at each connection.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Weight">Share relative to its siblings, at least 1. The first address has 1.</param>
public sealed record ExternalEndpoint(string Host, int Port, int Weight = 1);
