using System.Collections.Immutable;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Compilation;

/// <summary>One thing that a policy or an edge decided for a sidecar.</summary>
/// <param name="Where">The listener (<c>outbound/…</c>), the cluster (<c>cluster/…</c>) or the port (<c>inbound/http</c>) that it is about.</param>
/// <param name="Setting">What, such as <c>timeout.request</c> or <c>allow</c>.</param>
/// <param name="Value">Its value for people.</param>
/// <param name="Origin">Who said so.</param>
public sealed record AppliedSetting(string Where, string Setting, string Value, Origin Origin)
{
    /// <summary>Whose calls it is for; of several that fit a caller the first is heard, and before one for everybody. <see langword="null"/>: everybody's.</summary>
    public PrincipalMatch? Caller { get; init; }

    /// <summary>Who said otherwise and was not heard, whoever would be heard next in front.</summary>
    public ImmutableArray<OverruledSetting> Overruled { get; init; } = [];

    /// <summary>Whether it says who may call a port.</summary>
    internal bool IsPermission => Setting is "deny" or "allow" or "allowWithShadowDeny" or ProxyCompiler.ReplacedEdge;

    /// <inheritdoc />
    public bool Equals(AppliedSetting? other) =>
        other is not null && Where == other.Where && Setting == other.Setting && Value == other.Value && Origin == other.Origin && Caller == other.Caller && Overruled.SequenceEqual(other.Overruled);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Where, Setting, Value, Origin);

    /// <inheritdoc />
    public override string ToString() => $"{Where} {Setting} = {Value} by {Origin}";
}
