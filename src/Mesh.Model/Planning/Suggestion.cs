using Mesh.Model.Validation;

namespace Mesh.Model.Planning;

/// <summary>"Did you mean": the candidate nearest to a misspelt name.</summary>
public static class Suggestion
{
    /// <summary>The nearest candidate, or <see langword="null"/> if none is near enough to be a misspelling.</summary>
    public static string? For(string seen, IEnumerable<string> candidates) => Wording.TryGuess(seen, [.. candidates], out var guess) ? guess : null;

    /// <summary>A cure for an unknown name: the nearest candidate, else all of them, else that there are none.</summary>
    public static string Cure(string seen, IReadOnlyCollection<string> candidates, string what) => For(seen, candidates) switch
    {
        { } near => $"did you mean '{near}'?",
        null when candidates.Count == 0 => $"there is no {what}",
        _ => $"use one of: {string.Join(", ", candidates)}",
    };
}
