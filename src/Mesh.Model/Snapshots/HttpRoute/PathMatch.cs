namespace Mesh.Model.Snapshots;

/// <summary>Matches the path of a request, without its query.</summary>
/// <param name="Kind">How <paramref name="Value"/> is meant.</param>
/// <param name="Value">A path that begins with a slash, or an RE2-style expression that has to match the whole path.</param>
public sealed record PathMatch(PathMatchKind Kind, string Value);
