using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>One rule of a permission set: it matches when one of its principals, one of its requests and its token match.</summary>
public sealed record PermissionRule
{
    /// <summary>The callers. Empty: every authenticated identity, and with <see cref="Anyone"/> those without one too.</summary>
    public ImmutableArray<PrincipalMatch> Principals { get; init; } = [];

    /// <summary>Whether, where no principal is named, callers without an identity match as well.</summary>
    public bool Anyone { get; init; }

    /// <summary>The requests, for HTTP ports. Empty: all. On a TCP port a rule with requests never matches.</summary>
    public ImmutableArray<RequestMatch> Requests { get; init; } = [];

    /// <summary>What the request's JSON Web Token has to say; <see langword="null"/>: nothing. On a TCP port a rule with a token never matches.</summary>
    public TokenMatch? Token { get; init; }

    /// <summary>The policy or edge that said so.</summary>
    public required Origin Origin { get; init; }

    /// <summary>Whether both say the same, whoever said it; records compare lists by reference.</summary>
    public bool SaysAs(PermissionRule other) =>
        Anyone == other.Anyone
        && Principals.SequenceEqual(other.Principals)
        && Requests.Length == other.Requests.Length
        && Requests.Zip(other.Requests).All(pair => pair.First.SaysAs(pair.Second))
        && (Token is null ? other.Token is null : other.Token is not null && Token.SaysAs(other.Token));
}
