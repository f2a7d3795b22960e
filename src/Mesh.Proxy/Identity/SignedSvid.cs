using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.Model.Identity;

namespace Mesh.Proxy.Identity;

/// <summary>What an authority made of a signing request, or what a file kept of it; not verified yet.</summary>
/// <param name="Key">The private key.</param>
/// <param name="Chain">The leaf, then the intermediates.</param>
/// <param name="Bundle">The roots.</param>
/// <param name="RenewAfter">When to ask again. <see langword="null"/>: at half-life.</param>
internal sealed record SignedSvid(ECDsa Key, IReadOnlyList<X509Certificate2> Chain, TrustBundle Bundle, DateTimeOffset? RenewAfter);
