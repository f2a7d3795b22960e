using System.Buffers;
using System.Text;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Requests;

/// <summary>Path and query of a request, exactly as the caller wrote them.</summary>
/// <param name="Path">The path, with its leading slash.</param>
/// <param name="Query">The query with its question mark, or empty.</param>
public readonly record struct RequestTarget(string Path, string Query)
{
    // Printable ASCII without '#': a fragment is never sent, and servers differ in whether they cut it off.
    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        """!"$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~""");

    /// <summary>Both, as they go out.</summary>
    public override string ToString() => Query.Length == 0 ? Path : Path + Query;

    /// <summary>Takes a target apart: origin form, or absolute form without its authority.</summary>
    /// <returns>Whether it is one of these, and its percent signs encode something; CONNECT's authority and OPTIONS' asterisk are not.</returns>
    public static bool TryParse(string raw, out RequestTarget target)
    {
        target = default;
        if (raw.AsSpan().ContainsAnyExcept(Allowed) || !TryFindPath(raw, out var start))
        {
            return false;
        }

        var question = raw.IndexOf('?', start);
        var path = question < 0 ? Cut(raw, start) : raw[start..question];
        if (path.Contains('%', StringComparison.Ordinal) && !IsEncodedRight(path))
        {
            return false;
        }

        target = new(path.Length == 0 ? "/" : path, question < 0 ? "" : Cut(raw, question));
        return true;
    }

    /// <summary>With a rewrite carried out.</summary>
    /// <param name="rewrite">The rewrite; <see langword="null"/>: none.</param>
    /// <param name="matchedPrefix">The prefix by which the rule matched, decoded and without a trailing slash.</param>
    public RequestTarget With(PathRewrite? rewrite, string matchedPrefix)
    {
        if (rewrite is null)
        {
            return this;
        }

        if (!rewrite.IsPrefix)
        {
            return this with { Path = rewrite.Value };
        }

        var matched = LengthOf(matchedPrefix);
        var rest = Path.AsSpan(matched).TrimStart('/');
        var prefix = rewrite.Value.TrimEnd('/');
        return this with { Path = rest.IsEmpty && Path.Length <= matched ? (prefix.Length == 0 ? "/" : prefix) : $"{prefix}/{rest}" };
    }

    // How much of the path a prefix takes up in it, where octets of it may be encoded.
    private int LengthOf(string prefix)
    {
        if (!Path.Contains('%', StringComparison.Ordinal))
        {
            return Math.Min(prefix.Length, Path.Length);
        }

        var at = 0;
        for (var octets = Encoding.UTF8.GetByteCount(prefix); octets > 0 && at < Path.Length; octets--)
        {
            at += Path[at] == '%' ? 3 : 1;
        }

        return Math.Min(at, Path.Length);
    }

    private static bool TryFindPath(string raw, out int start)
    {
        start = 0;
        if (raw.Length > 0 && raw[0] == '/')
        {
            return true;
        }

        var authority = raw.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? 7 : raw.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? 8 : raw.Length;
        var rest = raw.AsSpan(authority);
        var end = rest.IndexOfAny('/', '?');
        start = end < 0 ? raw.Length : authority + end;
        // A user in front of the host is for clients (RFC 9110, section 4.2.4), and Host has none to compare it with.
        return start > authority && !raw.AsSpan(authority, start - authority).Contains('@');
    }

    // Two digits behind each percent sign, and no NUL.
    private static bool IsEncodedRight(string path)
    {
        for (var at = path.IndexOf('%', StringComparison.Ordinal); at >= 0; at = path.IndexOf('%', at + 1))
        {
            if (at + 2 >= path.Length || !char.IsAsciiHexDigit(path[at + 1]) || !char.IsAsciiHexDigit(path[at + 2]) || path.AsSpan(at + 1, 2) is "00")
            {
                return false;
            }
        }

        return true;
    }

    private static string Cut(string raw, int start) => start == 0 ? raw : raw[start..];
}
