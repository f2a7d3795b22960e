using System.Diagnostics.CodeAnalysis;

namespace Mesh.Model.Validation;

/// <summary>How violations speak: lists of valid words, and the word that was probably meant.</summary>
internal static class Wording
{
    /// <summary><c>a, b or c</c>.</summary>
    public static string OneOf(IReadOnlyList<string> words) => words.Count switch
    {
        0 => "nothing",
        1 => words[0],
        _ => $"{string.Join(", ", words.Take(words.Count - 1))} or {words[^1]}",
    };

    /// <summary>Finds the valid word closest to what was written, unless none is close.</summary>
    public static bool TryGuess(string seen, IReadOnlyCollection<string> valid, [NotNullWhen(true)] out string? guess)
    {
        guess = null;
        var best = Math.Max(1, seen.Length / 3) + 1;
        foreach (var word in valid)
        {
            var distance = Distance(seen.ToUpperInvariant(), word.ToUpperInvariant());
            if (distance < best)
            {
                (best, guess) = (distance, word);
            }
        }

        // Kuma's words carry a prefix of their own: MeshService, MeshTimeout.
        guess ??= valid.Where(word => word.Length > 3 && seen.Contains(word, StringComparison.OrdinalIgnoreCase)).MaxBy(word => word.Length);
        return guess is not null;
    }

    /// <summary>What a user wrote, quoted and cut to a length that fits a line.</summary>
    public static string Quote(string seen) => seen.Length <= 80 ? $"\"{seen}\"" : $"\"{seen[..77]}...\"";

    // Optimal string alignment: two letters that changed places are one slip, as they are for the hand that typed them.
    private static int Distance(string a, string b)
    {
        if (a.Length > 64 || b.Length > 64)
        {
            return int.MaxValue;
        }

        var beforePrevious = new int[b.Length + 1];
        var previous = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            previous[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(replace, Math.Min(previous[j], current[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    current[j] = Math.Min(current[j], beforePrevious[j - 2] + 1);
                }
            }

            (beforePrevious, previous, current) = (previous, current, beforePrevious);
        }

        return previous[b.Length];
    }
}
