using System.Security.Cryptography;

namespace Mesh.Proxy.Identity;

/// <summary>Signs what a proxy asks for.</summary>
internal interface ISvidAuthority
{
    /// <summary>Has a request signed.</summary>
    /// <param name="key">The key that the request is for; it stays here.</param>
    /// <param name="signingRequest">PKCS#10, DER.</param>
    /// <param name="svid">The live SVID that authenticates the call, or <see langword="null"/>.</param>
    /// <param name="token">The token that does so instead, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SvidRefusedException">The authority answered, and said no.</exception>
    /// <exception cref="AuthorityUnreachableException">It did not answer.</exception>
    Task<SignedSvid> SignAsync(ECDsa key, byte[] signingRequest, WorkloadSvid? svid, string? token, CancellationToken cancellationToken);
}
