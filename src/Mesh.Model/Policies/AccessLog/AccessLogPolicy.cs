using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.AccessLog;

/// <summary>A line for each request, written by the calling side (<c>to</c>) or the receiving one (<c>rules</c>).</summary>
public sealed record AccessLogPolicy : Policy
{
    /// <inheritdoc />
    public override string Kind => "AccessLog";

    /// <summary>Logs of the calling side.</summary>
    public ImmutableArray<OutboundItem<AccessLogSettings>> To { get; init; } = [];

    /// <summary>Logs of the receiving side.</summary>
    public ImmutableArray<InboundItem<AccessLogSettings>> Rules { get; init; } = [];

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
    [
        .. PolicyShape.Validate(TargetRef, at, To.Length, Rules.Length),
        .. To.SelectMany((item, i) => item.Validate((at / "to")[i])),
        .. Rules.SelectMany((item, i) => item.Validate((at / "rules")[i])),
    ];
}
