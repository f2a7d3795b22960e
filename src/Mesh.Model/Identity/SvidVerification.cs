using System.Diagnostics.CodeAnalysis;

namespace Mesh.Model.Identity;

/// <summary>Whose certificate it is, or why it is nobody's.</summary>
public readonly record struct SvidVerification
{
    private SvidVerification(SpiffeId? id, string? reason)
    {
        Id = id;
        Reason = reason;
    }

    /// <summary>The verified identity.</summary>
    public SpiffeId? Id { get; }

    /// <summary>Why the certificate was refused, for logs and error texts; it holds no secret.</summary>
    public string? Reason { get; }

    /// <summary>Whether the certificate was accepted.</summary>
    [MemberNotNullWhen(true, nameof(Id))]
    [MemberNotNullWhen(false, nameof(Reason))]
    public bool IsValid => Id is not null;

    /// <summary>Accepts.</summary>
    public static SvidVerification Accepted(SpiffeId id) => new(id, null);

    /// <summary>Refuses.</summary>
    public static SvidVerification Refused(string reason) => new(null, reason);
}
