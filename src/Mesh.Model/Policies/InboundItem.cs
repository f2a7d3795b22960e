using Mesh.Model.Validation;

namespace Mesh.Model.Policies;

/// <summary>An entry of <c>rules</c>: settings of the receiving side.</summary>
public sealed record InboundItem<TSettings>
    where TSettings : PolicySettings, new()
{
    /// <summary>The settings; what they leave out comes from less specific policies.</summary>
    public TSettings Default { get; init; } = new();

    internal IEnumerable<Violation> Validate(FieldPath at) => Default.Validate(at / "default");
}
