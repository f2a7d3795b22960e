using Mesh.Model.Linting;
using Mesh.Model.Resources;
using Mesh.Model.Validation;

namespace Mesh.Model.Compilation;

/// <summary>Something that is valid but will not do what its author means, such as a reference to a service that does not exist (yet).</summary>
/// <param name="Resource">The resource that says it.</param>
/// <param name="Path">Where in it.</param>
/// <param name="Message">What was seen, what follows, and the cure.</param>
/// <param name="Origin">The same place for people.</param>
public sealed record CompileWarning(ResourceKey Resource, FieldPath Path, string Message, Origin Origin)
{
    /// <summary>The lint rule that found it.</summary>
    public required LintRule Rule { get; init; }

    /// <summary>Gateway API's word for it.</summary>
    public WarningReason Reason { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"{Resource}: {Path}: {Message}";
}
