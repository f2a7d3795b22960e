namespace Mesh.Hosting.Kubernetes;

/// <summary>A port of a published workload.</summary>
/// <param name="Name">Its name in the mesh.</param>
/// <param name="Endpoint">The endpoint's name, which is that of the container's and the Service's port.</param>
/// <param name="Declared">The container's port as the publisher wrote it: a number, or an expression of Helm.</param>
/// <param name="Moved">Whether the app listens on another port, on loopback, so that the sidecar can have the declared one.</param>
/// <param name="External">Whether people outside the mesh may use it.</param>
/// <param name="Open">Where the sidecar takes them in, or probes: a number, or a mark that becomes one.</param>
internal sealed record PublishedPort(string Name, string Endpoint, string Declared, bool Moved, bool External, string Open);
