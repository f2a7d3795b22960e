using System.Text.RegularExpressions;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;
using ValueMatch = Mesh.Model.Snapshots.ValueMatch;

namespace Mesh.Model.Policies.Matching;

/// <summary>What paths, values, methods and expressions have to look like.</summary>
internal static class MatchRules
{
    /// <summary>The methods of Gateway API, in the order in which error texts list them.</summary>
    public static IReadOnlyList<string> Methods { get; } = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

    private static readonly HashSet<string> FrameHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Content-Length", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    /// <summary>Whether a header says where a message ends or belongs to one connection only.</summary>
    public static bool IsFrame(string header) => FrameHeaders.Contains(header);

    public static IEnumerable<Violation> Method(string method, FieldPath at)
    {
        if (!Methods.Contains(method))
        {
            var cure = Wording.TryGuess(method, Methods, out var guess) ? $"; did you mean {guess}?" : "";
            yield return new(at, $"must be {Wording.OneOf(Methods)} but is {Wording.Quote(method)}{cure}");
        }
    }

    public static IEnumerable<Violation> Path(PathMatch path, FieldPath at)
    {
        if (path.Kind == PathMatchKind.RegularExpression)
        {
            return Expression(path.Value, at / "value");
        }

        return PathText(path.Value, at / "value");
    }

    public static IEnumerable<Violation> PathText(string path, FieldPath at)
    {
        if (path.Length == 0 || path[0] != '/')
        {
            yield return new(at, $"must begin with / but is {Wording.Quote(path)}");
        }
        else if (path.IndexOfAny(['?', '#']) >= 0)
        {
            yield return new(at, $"must be a path without query and fragment but is {Wording.Quote(path)}; match queries with queryParams");
        }
        else if (path.Contains("//", StringComparison.Ordinal) || path.Split('/').Any(s => s is "." or ".."))
        {
            yield return new(at, $"must hold no //, . or .. elements but is {Wording.Quote(path)}; requests are compared after these are resolved");
        }
    }

    /// <summary>A path that goes out as it stands here, not one that decoded ones are compared with.</summary>
    public static IEnumerable<Violation> WrittenPath(string path, FieldPath at)
    {
        var violations = PathText(path, at).ToList();
        return violations.Count > 0 || RequestTarget.TryParse(path, out _)
            ? violations
            : [new(at, $"must be written as it goes out, with everything but printable ASCII percent-encoded, but is {Wording.Quote(path)}")];
    }

    public static IEnumerable<Violation> Value(ValueMatch match, FieldPath at, bool isHeader)
    {
        if (isHeader)
        {
            foreach (var violation in HeaderName(match.Name, at / "name"))
            {
                yield return violation;
            }
        }
        else if (match.Name.Length == 0)
        {
            yield return new(at / "name", "is empty; name the parameter");
        }

        switch (match.Kind)
        {
            case ValueMatchKind.RegularExpression:
                foreach (var violation in Expression(match.Value, at / "value"))
                {
                    yield return violation;
                }

                break;
            case ValueMatchKind.Present or ValueMatchKind.Absent when match.Value.Length > 0:
                yield return new(at / "value", $"means nothing with type {match.Kind} (it is {Wording.Quote(match.Value)}); leave it out");
                break;
            case ValueMatchKind.Exact or ValueMatchKind.Prefix when match.Value.Length == 0:
                yield return new(at / "value", "is missing; write the value or its beginning, or use type Present");
                break;
        }
    }

    public static IEnumerable<Violation> HeaderName(string name, FieldPath at)
    {
        if (name.Length is 0 or > 256 || !name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)))
        {
            yield return new(at, $"must be a header name (letters, digits and !#$%&'*+-.^_`|~) but is {Wording.Quote(name)}");
        }
    }

    /// <summary>A value that a header can have on every wire.</summary>
    public static IEnumerable<Violation> HeaderText(string value, FieldPath at)
    {
        if (value.Any(c => c != '\t' && c is < ' ' or '\x7f'))
        {
            yield return new(at, "must hold no line break and no other control character; what gets it would refuse the request");
        }
        else if (value.Any(c => c > '\xff'))
        {
            yield return new(at, "must be Latin-1 text, for headers hold no other; encode it, as by percent signs");
        }
    }

    /// <summary>A header that a route may change: the frame of a message is the proxy's own, or two hops could disagree on where it ends.</summary>
    public static IEnumerable<Violation> ChangeableHeader(string name, FieldPath at)
    {
        if (name.Equals("Host", StringComparison.OrdinalIgnoreCase))
        {
            return [new(at, "cannot be Host; use the filter URLRewrite with a hostname")];
        }

        return FrameHeaders.Contains(name)
            ? [new(at, $"cannot be {name}, which says where a message ends or belongs to one connection only; leave it out")]
            : HeaderName(name, at);
    }

    /// <summary>Expressions come from users and run on every request: only such as need no backtracking.</summary>
    public static IEnumerable<Violation> Expression(string expression, FieldPath at)
    {
        if (expression.Length is 0 or > 1024)
        {
            yield return new(at, $"must be an expression of 1 to 1024 characters but has {expression.Length}");
            yield break;
        }

        string? error = null;
        try
        {
            // As it is run: what could not stand between others would end a configuration, not a policy.
            _ = new Regex($@"\A(?:{expression})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            error = e.Message;
        }

        if (error is not null)
        {
            yield return new(at, $"is not an expression that can run without backtracking: {Wording.Quote(expression)} ({error}); leave out lookarounds and backreferences");
        }
    }
}
