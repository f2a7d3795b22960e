using System.Security.Cryptography;
using System.Text;

namespace Mesh.Proxy.Identity;

/// <summary>A bearer token of this machine, kept as a hash: comparing hashes takes the same time whatever was sent, its length included.</summary>
internal sealed class BearerToken(string token)
{
    private const string Scheme = "Bearer ";
    private readonly byte[] _hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Whether an <c>Authorization</c> header carries it.</summary>
    public bool Matches(string? authorization) =>
        authorization is not null
        && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(_hash, SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..])));
}
