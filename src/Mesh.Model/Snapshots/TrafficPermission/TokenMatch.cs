using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>What a rule wants of a request's JSON Web Token.</summary>
public sealed record TokenMatch
{
    /// <summary>Whose token, by the names of <see cref="TokenProvider"/>: one of them has to have issued it. Never empty.</summary>
    public ImmutableArray<string> Providers { get; init; } = [];

    /// <summary>Whether it is the other way round: the request carries a token of none of them.</summary>
    public bool Missing { get; init; }

    /// <summary>Claims that all have to match. Empty: any valid token.</summary>
    public ImmutableArray<ClaimMatch> Claims { get; init; } = [];

    /// <summary>Whether both say the same; records compare lists by reference.</summary>
    public bool SaysAs(TokenMatch other) =>
        Missing == other.Missing
        && Providers.SequenceEqual(other.Providers)
        && Claims.Length == other.Claims.Length
        && Claims.Zip(other.Claims).All(pair => pair.First.SaysAs(pair.Second));
}
