using Aspire.Hosting;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting;

/// <summary>One step of a failover: which zones take part next.</summary>
[AspireDto]
public sealed class MeshZoneFailover
{
    /// <summary>For callers in these zones. Default: for all.</summary>
    public IList<string>? From { get; set; }

    /// <summary>These zones. Default: every zone that no step before led to.</summary>
    public IList<string>? To { get; set; }

    /// <summary>Every zone but these.</summary>
    public IList<string>? Except { get; set; }

    /// <summary>No zone at all: such callers stay in their own. Default: false.</summary>
    public bool Nowhere { get; set; }

    // What does not fit together is a violation with the call's file and line, as in YAML.
    internal ZoneFailover ToSettings() => new()
    {
        From = [.. From ?? []],
        To = Nowhere ? ZoneFailoverKind.None : To is not null ? ZoneFailoverKind.Only : Except is not null ? ZoneFailoverKind.AnyExcept : ZoneFailoverKind.Any,
        Zones = [.. To ?? Except ?? []],
    };
}
