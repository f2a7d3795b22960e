using Mesh.Proxy.Policies.Routing;
using Microsoft.Extensions.Primitives;
using ValueMatch = Mesh.Model.Snapshots.ValueMatch;
using ValueMatchKind = Mesh.Model.Snapshots.ValueMatchKind;

namespace Mesh.Proxy.Policies.TrafficPermission;

/// <summary>A permission's match of a header. Apps differ in which of duplicates they read: a denial takes any of them, and what allows wants one only.</summary>
internal sealed class CompiledHeader(ValueMatch match, bool isDenial)
{
    private readonly CompiledValue _value = new(match);

    /// <summary>The header's name.</summary>
    public string Name => match.Name;

    /// <summary>Whether the header's values match.</summary>
    public bool Matches(StringValues values)
    {
        if (match.Kind is ValueMatchKind.Absent or ValueMatchKind.Present)
        {
            return (values.Count == 0) == (match.Kind == ValueMatchKind.Absent);
        }

        if (!isDenial)
        {
            return values.Count == 1 && _value.Matches(values[0]);
        }

        foreach (var value in values)
        {
            if (_value.Matches(value) || (value is not null && value.Contains(',', StringComparison.Ordinal) && MatchesPart(value)))
            {
                return true;
            }
        }

        return false;
    }

    // Who forwards may join several lines of a header into one (RFC 9110, section 5.3), and the caller's sidecar does.
    private bool MatchesPart(string value)
    {
        foreach (var part in value.AsSpan().Split(','))
        {
            if (_value.Matches(value.AsSpan(part).Trim(" \t").ToString()))
            {
                return true;
            }
        }

        return false;
    }
}
