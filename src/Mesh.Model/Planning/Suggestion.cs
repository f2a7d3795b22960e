namespace Mesh.Model.Planning;

/// <summary>"Did you mean": the candidate nearest to a misspelt name.</summary>
public static class Suggestion
{
    /// <summary>The nearest candidate, or <see langword="null"/> if none is near enough to be a misspelling.</summary>
    public static string? For(string seen, IEnumerable<string> candidates)
    {
        string? best = null;
        var bestDistance = Math.Max(1, seen.Length / 3) + 1;
        foreach (var candidate in candidates)
        {
            var distance = Distance(seen, candidate);
            if (distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        return best;
    }

    /// <summary>A cure for an unknown name: the nearest candidate, else all of them, else that there are none.</summary>
    public static string Cure(string seen, IReadOnlyCollection<string> candidates, string what) => For(seen, candidates) switch
    {
        { } near => $"did you mean '{near}'?",
        null when candidates.Count == 0 => $"there is no {what}",
        _ => $"use one of: {string.Join(", ", candidates)}",
    };

    // Levenshtein distance, one row at a time.
    private static int Distance(string left, string right)
    {
        var row = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substituted = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
