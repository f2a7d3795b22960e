using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.Telemetry;

/// <summary>What sidecars tell of requests: of all that they send and receive (<c>rules</c>), and otherwise of calls to some (<c>to</c>).</summary>
public sealed record TelemetryPolicy : Policy
{
    /// <inheritdoc />
    public override string Kind => "Telemetry";

    /// <summary>For calls to some; heard before <see cref="Rules"/>.</summary>
    public ImmutableArray<OutboundItem<TelemetrySettings>> To { get; init; } = [];

    /// <summary>For everything that a sidecar sends and receives; with a port in the target for what it receives there.</summary>
    public ImmutableArray<InboundItem<TelemetrySettings>> Rules { get; init; } = [];

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
    [
        .. PolicyShape.Validate(TargetRef, at, To.Length, Rules.Length),
        .. To.SelectMany((item, i) => item.Validate((at / "to")[i])),
        .. Rules.SelectMany((item, i) => item.Validate((at / "rules")[i])),
    ];
}
