using System.Collections.Immutable;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Simulation;

/// <summary>What a port makes of the token of a request.</summary>
internal sealed record TokenVerdict
{
    /// <summary>A port that takes no tokens looks for none.</summary>
    public static TokenVerdict NotLookedFor { get; } = new();

    /// <summary>The providers that take it, by their names in rules; empty: there is none.</summary>
    public ImmutableArray<string> Providers { get; init; } = [];

    /// <summary>Whether a claim of it is what a rule wants.</summary>
    public Func<ClaimMatch, bool> HasClaim { get; init; } = _ => false;

    /// <summary>Whether the port looks for tokens, and finds none.</summary>
    public bool IsWanting { get; init; }

    /// <summary>The error that it is refused with; <see langword="null"/>: it is not.</summary>
    public string? Error { get; init; }

    /// <summary>In words; empty: there is nothing to say.</summary>
    public string Text { get; init; } = "";

    /// <summary>Who takes such tokens, or does not.</summary>
    public Origin Origin { get; init; } = Origin.Default;

    /// <summary>Whether a rule gets the token that it wants.</summary>
    public bool Matches(TokenMatch match)
    {
        var isTheirs = match.Providers.Any(Providers.Contains);
        return match.Missing ? !isTheirs : isTheirs && match.Claims.All(HasClaim);
    }
}
