using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.Tls;

/// <summary>What a service's mesh door and its callers speak in their handshakes.</summary>
public sealed record TlsPolicy : Policy
{
    /// <inheritdoc />
    public override string Kind => "Tls";

    /// <summary>Settings of the receiving side. Callers' sidecars are held to them too.</summary>
    public ImmutableArray<InboundItem<TlsSettings>> Rules { get; init; } = [];

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
    [
        .. PolicyShape.Validate(TargetRef, at, null, Rules.Length),
        .. Rules.SelectMany((item, i) => item.Validate((at / "rules")[i])),
    ];
}
