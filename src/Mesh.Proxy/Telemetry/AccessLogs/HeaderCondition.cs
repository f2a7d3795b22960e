using System.Text.RegularExpressions;
using ValueMatch = Mesh.Model.Snapshots.ValueMatch;
using ValueMatchKind = Mesh.Model.Snapshots.ValueMatchKind;

namespace Mesh.Proxy.Telemetry.AccessLogs;

/// <summary>What a request's header has to be for a line to be written, ready to run. Of several lines of a header the first counts.</summary>
internal sealed class HeaderCondition(ValueMatch match)
{
    // Linear in the length of the text, whatever the text is.
    private readonly Regex? _expression = match.Kind == ValueMatchKind.RegularExpression
        ? new($@"\A(?:{match.Value})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)
        : null;

    /// <summary>Whether a request fits; <see langword="null"/>: a connection, which has no headers.</summary>
    public bool Holds(HttpRequest? request)
    {
        var value = request is not null && request.Headers.TryGetValue(match.Name, out var values) && values.Count > 0 ? values[0] : null;
        return match.Kind switch
        {
            ValueMatchKind.Absent => value is null,
            _ when value is null => false,
            ValueMatchKind.Exact => value == match.Value,
            ValueMatchKind.Prefix => value.StartsWith(match.Value, StringComparison.Ordinal),
            ValueMatchKind.RegularExpression => _expression!.IsMatch(value),
            _ => true,
        };
    }
}
