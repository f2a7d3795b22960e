using System.Collections.Immutable;
using Mesh.Model.Identity;

namespace Mesh.ControlPlane.Authority;

/// <summary>A certificate that was signed, and the bundle that goes with it.</summary>
/// <param name="Id">The identity in it.</param>
/// <param name="Chain">DER, the leaf first, then the intermediates.</param>
/// <param name="Bundle">Every root that is trusted.</param>
/// <param name="NotAfter">Its end.</param>
/// <param name="RenewAfter">Half-life.</param>
internal sealed record IssuedSvid(SpiffeId Id, ImmutableArray<byte[]> Chain, TrustBundle Bundle, DateTimeOffset NotAfter, DateTimeOffset RenewAfter);
