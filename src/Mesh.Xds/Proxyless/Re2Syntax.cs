namespace Mesh.Xds.Proxyless;

/// <summary>
/// Tells the expressions that gRPC's RE2 (https://github.com/google/re2/wiki/Syntax) reads as .NET does. Others must not be sent: the C core refuses the resource, and
/// grpc-js ends its process.
/// </summary>
internal static class Re2Syntax
{
    private const int MostRepetitions = 1000;

    /// <summary>What RE2 does not know. <see langword="null"/>: it knows all.</summary>
    /// <param name="expression">One that .NET has accepted.</param>
    public static string? Fault(string expression)
    {
        var isClass = false;
        for (var i = 0; i < expression.Length; i++)
        {
            var rest = expression.AsSpan(i);
            var (length, fault) = rest[0] switch
            {
                '\\' => Escape(rest, isClass),
                '[' when isClass => (1, i > 0 && expression[i - 1] == '-' ? "class subtraction" : rest.StartsWith("[:") ? "'[:' in a class" : null),
                '(' when !isClass && rest.StartsWith("(?") => Group(rest),
                '{' when !isClass => Repetition(rest),
                _ => (1, null),
            };
            if (fault is not null)
            {
                return fault;
            }

            isClass = rest[0] switch { '[' => true, ']' => false, _ => isClass };
            i += length - 1;
        }

        return null;
    }

    private static (int Length, string? Fault) Escape(ReadOnlySpan<char> rest, bool isClass)
    {
        if (rest.Length < 2)
        {
            return (1, "a backslash at its end");
        }

        switch (rest[1])
        {
            case 'd' or 'D' or 's' or 'S' or 'w' or 'W' or 'a' or 'f' or 't' or 'n' or 'r' or 'v':
                return (2, null);
            case 'b' or 'B' or 'A' or 'z' when !isClass:
                return (2, null);
            case 'x' when rest.Length >= 4 && char.IsAsciiHexDigit(rest[2]) && char.IsAsciiHexDigit(rest[3]):
                return (4, null);
            case 'p' or 'P' when rest.Length >= 5 && rest[2] == '{' && rest[3..].IndexOf('}') is 1 or 2:
                return (4 + rest[3..].IndexOf('}'), null);
            default:
                // Of what has no meaning of its own only punctuation may be escaped.
                return char.IsAsciiLetterOrDigit(rest[1]) || !char.IsAscii(rest[1]) ? (2, $"'\\{rest[1]}'") : (2, null);
        }
    }

    private static (int Length, string? Fault) Group(ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAny(':', ')');
        return end > 0 && rest[2..end].IndexOfAnyExcept("ims-") < 0 ? (end, null) : (2, "a group that is more than '(?:' or flags");
    }

    private static (int Length, string? Fault) Repetition(ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOf('}');
        foreach (var part in end < 0 ? default : rest[1..end].Split(','))
        {
            if (int.TryParse(rest[1..end][part], out var times) && times > MostRepetitions)
            {
                return (1, $"more than {MostRepetitions} repetitions");
            }
        }

        return (1, null);
    }
}
