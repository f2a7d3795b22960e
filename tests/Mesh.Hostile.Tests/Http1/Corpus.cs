using System.Globalization;
using System.Text;

namespace Mesh.Hostile.Tests.Http1;

/// <summary>
/// Reads <c>Corpus/*.txt</c>. A line <c>== name =&gt; refused</c> (or <c>passes</c>, <c>passes twice</c>; with <c>, ends there</c> or <c>, valid</c>) begins a message; its lines follow, each ended by CR LF on
/// the wire. <c>\n \r \t \0 \\ \xHH</c> stand for octets, <c>\{text*count}</c> for repetition, and <c>\-</c> at a line's end for no line end.
/// </summary>
internal static class Corpus
{
    public static IEnumerable<CorpusMessage> Read(string file) => ReadEntries(file).Select(e => Message(e.Name, e.Words, e.Lines));

    /// <summary>The entries of a file, without reading what is in them.</summary>
    public static IEnumerable<(string Name, string[] Words, List<string> Lines)> ReadEntries(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Corpus", file));
        for (var at = 0; at < lines.Length; at++)
        {
            if (lines[at].StartsWith("== ", StringComparison.Ordinal))
            {
                var body = lines.Skip(at + 1).TakeWhile(l => !l.StartsWith("== ", StringComparison.Ordinal)).ToList();
                if (body is [.., ""])
                {
                    body.RemoveAt(body.Count - 1); // between messages
                }

                var arrow = lines[at].LastIndexOf(" => ", StringComparison.Ordinal);
                yield return (lines[at][3..arrow], lines[at][(arrow + 4)..].Split(", "), body);
            }
        }
    }

    private static CorpusMessage Message(string name, string[] words, List<string> lines)
    {
        var text = string.Concat(lines.Select(l => l.EndsWith("\\-", StringComparison.Ordinal) ? l[..^2] : l + "\r\n"));
        return new CorpusMessage(name, Encoding.Latin1.GetBytes(Unescape(text)), words[0] switch
        {
            "refused" => Expectation.Refused,
            "passes" => Expectation.Passes,
            "passes twice" => Expectation.PassesTwice,
            var other => throw new InvalidDataException($"'{name}' expects '{other}'."),
        }, words.Contains("ends there"), words.Contains("valid"));
    }

    public static string Unescape(string text)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                plain.Append(text[i]);
                continue;
            }

            switch (text[++i])
            {
                case 'n': plain.Append('\n'); break;
                case 'r': plain.Append('\r'); break;
                case 't': plain.Append('\t'); break;
                case '0': plain.Append('\0'); break;
                case 'x':
                    plain.Append((char)byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                    i += 2;
                    break;
                case '{':
                    var end = text.IndexOf('}', i);
                    var star = text.LastIndexOf('*', end);
                    plain.Insert(plain.Length, Unescape(text[(i + 1)..star]), int.Parse(text.AsSpan(star + 1, end - star - 1), CultureInfo.InvariantCulture));
                    i = end;
                    break;
                default: plain.Append(text[i]); break;
            }
        }

        return plain.ToString();
    }
}
