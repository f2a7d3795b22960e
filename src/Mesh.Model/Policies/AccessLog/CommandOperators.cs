using System.Text.RegularExpressions;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.AccessLog;

/// <summary>
/// What may stand between two percent signs: the names are Envoy's, and those that begin with <c>MESH_</c> ours. Headers that carry secrets are none: an access log is read by more people than
/// may act for its callers.
/// </summary>
public static partial class CommandOperators
{
    /// <summary>The operators without an argument.</summary>
    public static IReadOnlyList<string> Plain { get; } =
    [
        "START_TIME", "DURATION", "PROTOCOL", "RESPONSE_CODE", "RESPONSE_CODE_DETAILS", "RESPONSE_FLAGS", "BYTES_RECEIVED", "BYTES_SENT", "UPSTREAM_HOST", "UPSTREAM_REQUEST_ATTEMPT_COUNT", "ROUTE_NAME",
        "DOWNSTREAM_REMOTE_ADDRESS", "DOWNSTREAM_PEER_URI_SAN", "TRACE_ID", "MESH_SOURCE_SERVICE", "MESH_DESTINATION_SERVICE", "MESH_DIRECTION", "MESH_ERROR",
    ];

    /// <summary>Takes a text apart.</summary>
    /// <returns>Literals, for which the name is <see langword="null"/>, and operators with their argument.</returns>
    public static IEnumerable<(string? Name, string Value)> Split(string text)
    {
        var from = 0;
        foreach (Match match in Operator().Matches(text))
        {
            if (match.Index > from)
            {
                yield return (null, text[from..match.Index]);
            }

            yield return match.Value == "%%" ? (null, "%") : (match.Groups["name"].Value, match.Groups["argument"].Value);
            from = match.Index + match.Length;
        }

        if (from < text.Length)
        {
            yield return (null, text[from..]);
        }
    }

    internal static IEnumerable<Violation> Validate(string text, FieldPath at)
    {
        foreach (var (name, value) in Split(text))
        {
            if (name is null)
            {
                if (value != "%" && value.Contains('%', StringComparison.Ordinal))
                {
                    yield return new(at, $"has a % that begins no operator: {Wording.Quote(value)}; write %% for one that is meant");
                }
            }
            else if (name is "REQ" or "RESP")
            {
                if (SecretHeaders.Holds(value))
                {
                    yield return new(at, $"names the header {value}, which carries secrets and is never logged; log who calls with %DOWNSTREAM_PEER_URI_SAN%");
                }
                else if (value is not (":METHOD" or ":PATH" or ":AUTHORITY") || name == "RESP")
                {
                    foreach (var violation in MatchRules.HeaderName(value, at))
                    {
                        yield return violation;
                    }
                }
            }
            else if (!Plain.Contains(name) || value.Length > 0)
            {
                yield return new(at, $"has the operator %{name}%, which is none here; {(Wording.TryGuess(name, [.. Plain, "REQ", "RESP"], out var guess) ? $"did you mean {guess}?" : "see docs/policies/accesslog.md")}");
            }
        }
    }

    [GeneratedRegex("%%|%(?<name>[A-Z_]+)(?:\\((?<argument>[^()%]*)\\))?%", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Operator();
}
