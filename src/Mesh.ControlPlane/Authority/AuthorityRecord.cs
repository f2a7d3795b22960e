using System.Collections.Immutable;

namespace Mesh.ControlPlane.Authority;

/// <summary>All that the authority of the mesh's own is: one file, so that a change of it is all or nothing.</summary>
/// <param name="TrustDomain">The trust domain it was made for.</param>
/// <param name="Roots">One; two while they rotate.</param>
/// <param name="Signer">What signs.</param>
internal sealed record AuthorityRecord(string TrustDomain, ImmutableArray<RootRecord> Roots, SignerRecord Signer);
