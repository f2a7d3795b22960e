using Mesh.Model.Validation;

namespace Mesh.Model.Policies;

/// <summary>What stands under <c>default</c>: properties that are <see langword="null"/> where the policy says nothing.</summary>
public abstract record PolicySettings
{
    internal abstract IEnumerable<Violation> Validate(FieldPath at);
}
