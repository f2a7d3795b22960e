using Mesh.Model.Identity;

namespace Mesh.ControlPlane.Authority;

/// <summary>What a token proves.</summary>
/// <param name="SpiffeId">The one identity it proves the right to; <see langword="null"/>: none.</param>
/// <param name="Proof">Names the token where it may not be seen, for the log.</param>
/// <param name="Reason">Why it proves nothing; empty otherwise.</param>
/// <param name="IsOpen">Whether nobody could be asked, so that the same token may prove something later.</param>
internal sealed record TokenProof(SpiffeId? SpiffeId, string Proof, string Reason, bool IsOpen = false)
{
    public static TokenProof Of(SpiffeId id, string proof) => new(id, proof, "");

    public static TokenProof Refused(string reason) => new(null, "", reason);
}
