namespace Mesh.ControlPlane.Api;

/// <summary>The token in an <c>Authorization</c> header (RFC 6750).</summary>
internal static class BearerToken
{
    private const string Prefix = "Bearer ";

    /// <summary>The token; <see langword="null"/>: the header is of another scheme.</summary>
    public static string? Of(string header) => header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? header[Prefix.Length..].Trim() : null;
}
