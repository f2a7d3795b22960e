using System.Text;
using Mesh.Hostile.Tests.Http1;

namespace Mesh.Hostile.Tests.Http2;

/// <summary>
/// A request of <c>Corpus/http2.txt</c>: a line <c>&gt; GET /a</c> stands for the four pseudo headers, <c>name = value</c> for a header, <c>DATA text</c> for a piece of the body, and
/// <c>TRAILERS</c> begins what comes behind it. The last of them ends the stream.
/// </summary>
internal sealed record Http2Message(string Name, Expectation Expected, bool IsValid, byte[] Octets)
{
    public static IEnumerable<Http2Message> ReadAll() => Corpus.ReadEntries("http2.txt").Select(e => Parse(e.Name, e.Words, e.Lines));

    /// <summary>A request without a body.</summary>
    public static Http2Message Of(string name, string method, string path) => new(name, Expectation.Refused, IsValid: false, Http2Frame.Request(1, endStream: true, Http2Frame.Plain(method, path)));

    private static Http2Message Parse(string name, string[] words, List<string> lines)
    {
        var octets = new List<byte>();
        List<(string Name, string Value)> headers = [];
        var frames = new List<Func<bool, byte[]>>();
        void Flush()
        {
            if (headers.Count > 0)
            {
                var block = headers;
                frames.Add(isLast => Http2Frame.Request(1, isLast, block));
                headers = [];
            }
        }

        foreach (var line in lines.Where(l => l.Length > 0))
        {
            if (line.StartsWith("> ", StringComparison.Ordinal))
            {
                var request = line.Split(' ');
                headers.AddRange(Http2Frame.Plain(request[1], request[2]));
            }
            else if (line == "TRAILERS")
            {
                Flush();
            }
            else if (line.StartsWith("DATA", StringComparison.Ordinal))
            {
                Flush();
                var data = Encoding.Latin1.GetBytes(Corpus.Unescape(line.Length > 5 ? line[5..] : ""));
                frames.Add(isLast => new Http2Frame(Http2Frame.Data, isLast ? Http2Frame.EndStream : (byte)0, 1, data).Octets);
            }
            else
            {
                var equals = line.IndexOf(" = ", StringComparison.Ordinal);
                var value = equals < 0 ? "" : Corpus.Unescape(line[(equals + 3)..]);
                headers.Add((Corpus.Unescape(equals < 0 ? line[..line.IndexOf(" =", StringComparison.Ordinal)] : line[..equals]), value));
            }
        }

        Flush();
        for (var i = 0; i < frames.Count; i++)
        {
            octets.AddRange(frames[i](i == frames.Count - 1));
        }

        return new Http2Message(name, words[0] == "passes" ? Expectation.Passes : Expectation.Refused, words.Contains("valid"), [.. octets]);
    }
}
