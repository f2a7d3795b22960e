using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>Where requests go when too few replicas are left in the zones before.</summary>
public sealed record ZoneFailover
{
    /// <summary>For callers in these zones. Empty: for all.</summary>
    public ImmutableArray<string> From { get; init; } = [];

    /// <summary>Which zones.</summary>
    public ZoneFailoverKind To { get; init; }

    /// <summary>The zones that <see cref="To"/> is about.</summary>
    public ImmutableArray<string> Zones { get; init; } = [];

    /// <inheritdoc />
    public bool Equals(ZoneFailover? other) => other is not null && To == other.To && From.SequenceEqual(other.From) && Zones.SequenceEqual(other.Zones);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(To);
        foreach (var zone in From.Concat(Zones))
        {
            hash.Add(zone, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc />
    public override string ToString() => $"{To} {string.Join(' ', Zones)}".TrimEnd();

    internal bool IsFor(string caller) => From.IsEmpty || From.Contains(caller);

    internal bool LeadsTo(string zone) => To switch
    {
        ZoneFailoverKind.Any => true,
        ZoneFailoverKind.Only => Zones.Contains(zone),
        ZoneFailoverKind.AnyExcept => !Zones.Contains(zone),
        _ => false,
    };
}
