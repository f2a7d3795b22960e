namespace Mesh.Hosting.Testing;

/// <summary>A request that is explained and not sent: what is said of it beyond caller, callee, method and path.</summary>
public sealed class MeshCall
{
    /// <summary>The callee's endpoint. Default: <see langword="null"/>, its default one.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Headers; names are compared without case. Default: none.</summary>
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Claims of a token that counts as verified, an issuer as <c>iss</c>; nested ones are named with dots. Default: none, the request carries no token.</summary>
    public IDictionary<string, string> Claims { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
