using System.Diagnostics.CodeAnalysis;
using Mesh.Model.Identity;

namespace Mesh.Proxy.Identity;

/// <summary>What is known of a caller that shows no certificate: at a front door or a loopback listener.</summary>
internal readonly record struct CallerVerdict
{
    private CallerVerdict(SpiffeId? identity, string? refusal)
    {
        Identity = identity;
        Refusal = refusal;
    }

    /// <summary>Whose request it is. <see langword="null"/>, and not refused: somebody outside the mesh without an identity.</summary>
    public SpiffeId? Identity { get; }

    /// <summary>Why it is refused, and what to do about it, for the plain-text body; <see langword="null"/>: it is not.</summary>
    public string? Refusal { get; }

    /// <summary>Whether it is refused whatever permissions say: 403.</summary>
    [MemberNotNullWhen(true, nameof(Refusal))]
    public bool IsRefused => Refusal is not null;

    /// <summary>Somebody outside the mesh.</summary>
    public static CallerVerdict Anonymous => default;

    /// <summary>A known identity.</summary>
    public static CallerVerdict Known(SpiffeId identity) => new(identity, null);

    /// <summary>Refused.</summary>
    public static CallerVerdict Refused(string refusal) => new(null, refusal);
}
