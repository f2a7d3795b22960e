namespace Mesh.Model.Requests;

/// <summary>
/// How tokens may be signed (RFC 7518, section 3.1): with a key pair, whose public half proves nothing to forgers. No <c>none</c>, no shared secrets; no EdDSA, for .NET has none.
/// </summary>
public static class TokenAlgorithms
{
    /// <summary>Whether it may be used at all.</summary>
    public static bool Knows(string algorithm) => algorithm is "RS256" or "RS384" or "RS512" or "PS256" or "PS384" or "PS512" or "ES256" or "ES384" or "ES512";

    /// <summary>The curve of an algorithm (RFC 7518, section 3.4); <see langword="null"/>: it is one of RSA.</summary>
    public static string? CurveOf(string algorithm) => algorithm switch
    {
        "ES256" => "P-256",
        "ES384" => "P-384",
        "ES512" => "P-521",
        _ => null,
    };
}
