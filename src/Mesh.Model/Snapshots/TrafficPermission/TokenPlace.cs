namespace Mesh.Model.Snapshots;

/// <summary>Where a request may carry a token.</summary>
/// <param name="Kind">In what.</param>
/// <param name="Name">The header's, cookie's or query parameter's name.</param>
/// <param name="Prefix">What stands before it in a header; empty: nothing.</param>
public sealed record TokenPlace(TokenPlaceKind Kind, string Name, string Prefix = "");
