using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using Mesh.Model.Identity;

namespace Mesh.ControlPlane.Authority;

/// <summary>What signs now and what is trusted now. Immutable.</summary>
/// <param name="Signer">The certificate that signs, with its key.</param>
/// <param name="Intermediates">DER of what goes after a leaf, the signer first; never a root.</param>
/// <param name="Bundle">Every root that is trusted.</param>
internal sealed record SigningChain(X509Certificate2 Signer, ImmutableArray<byte[]> Intermediates, TrustBundle Bundle);
