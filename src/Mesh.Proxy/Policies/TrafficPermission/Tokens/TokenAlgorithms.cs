using Microsoft.IdentityModel.Tokens;

namespace Mesh.Proxy.Policies.TrafficPermission.Tokens;

/// <summary>
/// How tokens may be signed: with a key pair, whose public half proves nothing to forgers. No <c>none</c>, no shared secrets; no EdDSA, for .NET has none.
/// </summary>
internal static class TokenAlgorithms
{
    /// <summary>Whether it may be used at all.</summary>
    public static bool Knows(string algorithm) => algorithm is
        SecurityAlgorithms.RsaSha256 or SecurityAlgorithms.RsaSha384 or SecurityAlgorithms.RsaSha512
        or SecurityAlgorithms.RsaSsaPssSha256 or SecurityAlgorithms.RsaSsaPssSha384 or SecurityAlgorithms.RsaSsaPssSha512
        or SecurityAlgorithms.EcdsaSha256 or SecurityAlgorithms.EcdsaSha384 or SecurityAlgorithms.EcdsaSha512;

    /// <summary>The curve of an algorithm (RFC 7518, section 3.4); <see langword="null"/>: it is one of RSA.</summary>
    public static string? CurveOf(string algorithm) => algorithm switch
    {
        SecurityAlgorithms.EcdsaSha256 => "P-256",
        SecurityAlgorithms.EcdsaSha384 => "P-384",
        SecurityAlgorithms.EcdsaSha512 => "P-521",
        _ => null,
    };
}
