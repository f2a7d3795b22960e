namespace Mesh.Model.Snapshots;

/// <summary>A header with its value.</summary>
/// <param name="Name">Name; case does not matter.</param>
/// <param name="Value">Value.</param>
public sealed record CheckHeader(string Name, string Value);
