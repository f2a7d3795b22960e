namespace Mesh.Model.Snapshots;

/// <summary>One replica: the mesh door of its sidecar.</summary>
/// <param name="Address">IP literal.</param>
/// <param name="Port">TCP port of the mesh door.</param>
/// <param name="Replica">The replica's name, for logs and metrics.</param>
/// <param name="Weight">Share relative to its siblings, at least 1.</param>
/// <param name="Zone">Zone for locality, or empty.</param>
/// <param name="Priority">When it is used: 0 first, the next when too little of those before is left. For the caller; without locality awareness all have 0.</param>
public sealed record Endpoint(string Address, int Port, string Replica, int Weight = 1, string Zone = "", int Priority = 0);
