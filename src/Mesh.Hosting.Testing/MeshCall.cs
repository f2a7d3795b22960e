namespace Mesh.Hosting.Testing;

/// <summary>A request that is explained and not sent: what is said of it beyond caller, callee, method and path.</summary>
public sealed class MeshCall
{
    /// <summary>The callee's endpoint. Default: <see langword="null"/>, its default one.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Headers; names are compared without case. Default: none.</summary>
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The JSON Web Token that the request carries as <c>Authorization: Bearer</c>. Its signature is verified where the policy holds the keys, or <see cref="Keys"/> does. Default: none.</summary>
    public string? Token { get; set; }

    /// <summary>A JSON Web Key Set that stands for the keys of issuers that the policy does not hold itself. Default: <see langword="null"/>, such signatures count as right.</summary>
    public string? Keys { get; set; }

    /// <summary>Claims of a token that counts as verified, where the request carries none, an issuer as <c>iss</c>; nested ones are named with dots. Default: none, the request carries no token.</summary>
    public IDictionary<string, string> Claims { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
