using System.Text;
using System.Text.RegularExpressions;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Recording;

/// <summary>
/// Paths without what is different each time: <c>/orders/{}</c> is any element below <c>/orders</c>, and <c>/files/**</c> is all below <c>/files</c>. What looks like an id, a token or
/// something typed by a person is not kept. That is a guess from single elements: short tokens, and secrets that read like words, pass for names (see <c>docs/recorder.md</c>).
/// </summary>
public static class PathTemplate
{
    /// <summary>Stands for any one element.</summary>
    public const string Any = "{}";

    /// <summary>At the end: stands for everything below.</summary>
    public const string Rest = "**";

    /// <summary>The deepest path that is kept element by element; what is below counts as everything below.</summary>
    public const int MostElements = 12;

    /// <summary>What may stand between the words of an element.</summary>
    internal const string Separators = "-_.~:$";

    private const int LongestWord = 40;

    /// <summary>The template of a path as the app sees it, without its query.</summary>
    /// <param name="path">It begins with a slash.</param>
    public static string Of(string path)
    {
        var template = new StringBuilder(path.Length);
        var elements = 0;
        foreach (var range in path.AsSpan(1).Split('/'))
        {
            template.Append('/');
            if (++elements > MostElements)
            {
                return template.Append(Rest).ToString();
            }

            var element = path.AsSpan(1)[range];
            template.Append(IsName(element) ? element : Any);
        }

        return template.ToString();
    }

    /// <summary>Whether a text is a template as <see cref="Of"/> writes them: what others report is looked at before it is kept.</summary>
    public static bool IsValid(string text)
    {
        if (text.Length is 0 or > 600 || text[0] != '/')
        {
            return false;
        }

        var elements = text[1..].Split('/');
        return elements.Length <= MostElements + 1
            && elements.Index().All(e => e.Item == Any || (e.Item == Rest && e.Index == elements.Length - 1) || IsName(e.Item));
    }

    /// <summary>What matches the paths of a template.</summary>
    public static PathMatch ToMatch(string template)
    {
        if (!template.Contains(Any, StringComparison.Ordinal))
        {
            return !template.EndsWith(Rest, StringComparison.Ordinal) ? new(PathMatchKind.Exact, template)
                : new(PathMatchKind.PathPrefix, template.Length == Rest.Length + 1 ? "/" : template[..^(Rest.Length + 1)]);
        }

        var expression = new StringBuilder();
        foreach (var element in template[1..].Split('/'))
        {
            // With the slash before it: what is below an element, and the element itself, as prefixes have it.
            expression.Append(element switch { Rest => "(/.*)?", Any => "/[^/]+", _ => $"/{Regex.Escape(element)}" });
        }

        return new(PathMatchKind.RegularExpression, expression.ToString());
    }

    /// <summary>
    /// Folds templates until no element has more than so many alternatives: what has many names is an id too, whatever it looks like.
    /// </summary>
    /// <param name="templates">The templates.</param>
    /// <param name="most">The most alternatives.</param>
    /// <returns>Each template with what stands for it.</returns>
    public static Dictionary<string, string> Fold(IEnumerable<string> templates, int most)
    {
        var folded = templates.Distinct(StringComparer.Ordinal).ToDictionary(t => t, t => t[1..].Split('/'), StringComparer.Ordinal);
        for (var depth = 0; depth <= MostElements; depth++)
        {
            var at = depth;
            foreach (var siblings in folded.Where(t => t.Value.Length > at && t.Value[at] != Rest).GroupBy(t => string.Join('/', t.Value[..at]), StringComparer.Ordinal).ToList())
            {
                if (siblings.Select(t => t.Value[at]).Where(e => e != Any).Distinct(StringComparer.Ordinal).Count() <= most)
                {
                    continue;
                }

                foreach (var (template, elements) in siblings)
                {
                    folded[template] = [.. elements[..at], Any, .. elements[(at + 1)..]];
                }
            }
        }

        return folded.ToDictionary(t => t.Key, t => $"/{string.Join('/', t.Value)}", StringComparer.Ordinal);
    }

    /// <summary>Whether an element seems to be a word of the app's authors.</summary>
    internal static bool IsWord(string element) => element.Length > 0 && IsName(element);

    // A word of the app's authors, as far as one can tell; the empty one behind the last slash too.
    private static bool IsName(ReadOnlySpan<char> element)
    {
        if (element.Length > LongestWord)
        {
            return false;
        }

        int digits = 0, turns = 0, hex = 0;
        for (var i = 0; i < element.Length; i++)
        {
            var c = element[i];
            if (!char.IsAsciiLetterOrDigit(c) && !Separators.Contains(c))
            {
                return false;
            }

            digits += char.IsAsciiDigit(c) ? 1 : 0;
            hex += char.IsAsciiHexDigit(c) ? 1 : 0;
            turns += i > 0 && char.IsAsciiLetterLower(element[i - 1]) && char.IsAsciiLetterUpper(c) ? 1 : 0;
        }

        // v1, oauth2, log4j and s3 are names; 17, order-17, a1b2c3 and 2026-11-23 are not; and no name of three words or more is as long as a token and has a digit, or changes case at every third letter.
        var isNumbered = digits > 0 && (digits == element.Length || digits > 2 || HasNumberBehind(element));
        return !isNumbered
            && !(hex == element.Length && element.Length >= 8)
            && !(element.Length >= 16 && (digits > 0 || turns > element.Length / 5))
            && LetterPattern.IsWords(element);
    }

    // "order-17", "page_2"; but "v1.2" and "v2" are names.
    private static bool HasNumberBehind(ReadOnlySpan<char> element)
    {
        var end = element.Length;
        while (end > 0 && char.IsAsciiDigit(element[end - 1]))
        {
            end--;
        }

        return end < element.Length && end > 1 && element[end - 1] is '-' or '_' or ':';
    }
}
