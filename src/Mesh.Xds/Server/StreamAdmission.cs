using System.Diagnostics.CodeAnalysis;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Server;

/// <summary>Whether a stream may go on, and which profile it is served.</summary>
public sealed record StreamAdmission
{
    private StreamAdmission(string? profile, ClientKind kind, string? refusal, Func<string>? zone)
    {
        Profile = profile;
        Kind = kind;
        Refusal = refusal;
        Zone = zone;
    }

    /// <summary>The profile whose snapshot the stream is served; <see langword="null"/>: refused.</summary>
    public string? Profile { get; }

    /// <summary>What the client is.</summary>
    public ClientKind Kind { get; }

    /// <summary>Why it was refused, for the peer and the log.</summary>
    public string? Refusal { get; }

    /// <summary>Gives the zone of a client whose node names none, or an empty text; asked whenever something may be due, see <see cref="SnapshotCache.LookAgain"/>, so it has to be quick and take no lock. <see langword="null"/>: nobody knows.</summary>
    public Func<string>? Zone { get; }

    /// <summary>Whether the stream may go on.</summary>
    [MemberNotNullWhen(true, nameof(Profile))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsAdmitted => Profile is not null;

    /// <summary>The stream is served this profile.</summary>
    public static StreamAdmission Admit(string profile, ClientKind kind = ClientKind.Mesh, Func<string>? zone = null) => new(profile, kind, null, zone);

    /// <summary>The stream ends with PERMISSION_DENIED.</summary>
    public static StreamAdmission Refuse(string reason) => new(null, ClientKind.Mesh, reason, null);
}
