namespace Mesh.Xds.Server;

/// <summary>How a stream stands with one type.</summary>
/// <param name="SentVersion">Version of the last response.</param>
/// <param name="SentAt">When it was sent.</param>
/// <param name="AckedVersion">Version of the last response that was accepted; <see langword="null"/>: none yet.</param>
/// <param name="AckedAt">When it was.</param>
/// <param name="Error">Why the last response was refused; <see langword="null"/>: it was not.</param>
/// <param name="RefusedVersion">Version of the response that was refused.</param>
public sealed record TypeStatus(
    string SentVersion, DateTimeOffset SentAt, string? AckedVersion, DateTimeOffset? AckedAt, string? Error, string? RefusedVersion)
{
    /// <summary>Whether the last response is still without an answer.</summary>
    public bool IsPending => Error is null && SentVersion != AckedVersion;
}
