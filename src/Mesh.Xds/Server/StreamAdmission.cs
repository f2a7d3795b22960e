using System.Diagnostics.CodeAnalysis;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Server;

/// <summary>Whether a stream may go on, and which profile it is served.</summary>
public sealed record StreamAdmission
{
    private StreamAdmission(string? profile, ClientKind kind, string? refusal)
    {
        Profile = profile;
        Kind = kind;
        Refusal = refusal;
    }

    /// <summary>The profile whose snapshot the stream is served; <see langword="null"/>: refused.</summary>
    public string? Profile { get; }

    /// <summary>What the client is.</summary>
    public ClientKind Kind { get; }

    /// <summary>Why it was refused, for the peer and the log.</summary>
    public string? Refusal { get; }

    /// <summary>Whether the stream may go on.</summary>
    [MemberNotNullWhen(true, nameof(Profile))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsAdmitted => Profile is not null;

    /// <summary>The stream is served this profile.</summary>
    public static StreamAdmission Admit(string profile, ClientKind kind = ClientKind.Mesh) => new(profile, kind, null);

    /// <summary>The stream ends with PERMISSION_DENIED.</summary>
    public static StreamAdmission Refuse(string reason) => new(null, ClientKind.Mesh, reason);
}
