using System.Text.RegularExpressions;

namespace Mesh.Model.Recording;

/// <summary>
/// Whether letters read like words or were drawn by lot. Only what is as long as a token is judged; made-up words, words of few vowels and short tokens are taken for what they look like.
/// </summary>
internal static partial class LetterPattern
{
    // From here on a part between separators is judged; what is shorter has too few letters to tell.
    private const int Shortest = 8;

    // "internationalization".
    private const int LongestWord = 20;

    // "catchphrase" has six in a row and is rare; "downstream" and "healthcheck" have five.
    private const int MostConsonants = 5;

    /// <summary>Whether all parts of an element may be words: <c>list-of-orders</c>, <c>GetAllOrders</c>, <c>v1alpha1</c>, but not <c>aB3xY9kQz</c>.</summary>
    public static bool IsWords(ReadOnlySpan<char> element)
    {
        foreach (var part in element.SplitAny(PathTemplate.Separators))
        {
            if (element[part].Length >= Shortest && !IsPart(element[part]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPart(ReadOnlySpan<char> part)
    {
        if (Version().IsMatch(part))
        {
            return true;
        }

        int letters = 0, numbers = 0, words = 0, vowels = 0, rare = 0, length = 0, row = 0;
        for (var i = 0; i < part.Length; i++)
        {
            var c = part[i];
            if (char.IsAsciiDigit(c))
            {
                numbers += i == 0 || !char.IsAsciiDigit(part[i - 1]) ? 1 : 0;
                length = row = 0;
                continue;
            }

            if (length == 0 || BeginsWord(part, i))
            {
                words++;
                length = row = 0;
            }

            letters++;
            var isVowel = "aeiouyAEIOUY".Contains(c);
            vowels += isVowel ? 1 : 0;
            rare += "jqxzJQXZ".Contains(c) ? 1 : 0;
            row = isVowel ? 0 : row + 1;
            if (++length > LongestWord || row > MostConsonants)
            {
                return false;
            }
        }

        // Numbers in two places; words of fewer than two and a half letters; fewer vowels than one letter in five; three letters of the rarest four.
        return numbers < 2 && words * 5 <= letters * 2 && vowels * 5 >= letters && rare < 3;
    }

    // The upper-case letter of "getOrder", and the L of "OIDCLogin".
    private static bool BeginsWord(ReadOnlySpan<char> part, int at) =>
        char.IsAsciiLetterUpper(part[at])
        && (!char.IsAsciiLetterUpper(part[at - 1]) || (at + 1 < part.Length && char.IsAsciiLetterLower(part[at + 1])));

    // "v1alpha1", as the versions of APIs are called.
    [GeneratedRegex("^v[0-9]{1,2}(alpha|beta|rc|preview)[0-9]{0,2}\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Version();
}
