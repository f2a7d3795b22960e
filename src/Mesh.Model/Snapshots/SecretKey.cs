namespace Mesh.Model.Snapshots;

/// <summary>A key of a Kubernetes Secret in the caller's namespace.</summary>
/// <param name="Name">The Secret's name.</param>
/// <param name="Key">The key in it.</param>
public sealed record SecretKey(string Name, string Key);
