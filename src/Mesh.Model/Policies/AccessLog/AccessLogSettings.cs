using System.Collections.Immutable;
using Mesh.Model.Validation;
using AccessLogRecord = Mesh.Model.Snapshots.AccessLog;

namespace Mesh.Model.Policies.AccessLog;

/// <summary>Where lines about requests go.</summary>
public sealed record AccessLogSettings : PolicySettings
{
    /// <summary>Where to, each with its format and filter; empty: nowhere. Without any policy: nowhere.</summary>
    public ImmutableArray<AccessLogRecord>? Backends { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at) => (Backends ?? []).SelectMany((backend, i) => backend.Validate((at / "backends")[i]));
}
