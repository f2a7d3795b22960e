namespace Mesh.Model.Snapshots;

/// <summary>A new path.</summary>
/// <param name="IsPrefix">Whether only the prefix that matched is replaced; the match then is a path prefix.</param>
/// <param name="Value">The new path or prefix, beginning with a slash.</param>
public sealed record PathRewrite(bool IsPrefix, string Value);
