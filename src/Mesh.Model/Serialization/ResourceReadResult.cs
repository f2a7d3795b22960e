using System.Collections.Immutable;
using Mesh.Model.Resources;
using Mesh.Model.Validation;

namespace Mesh.Model.Serialization;

/// <summary>What a document declares.</summary>
public sealed record ResourceReadResult
{
    /// <summary>The resource; <see langword="null"/> where anything is wrong with it.</summary>
    public DeclaredResource? Resource { get; init; }

    /// <summary>Everything that is wrong, with lines.</summary>
    public ImmutableArray<Violation> Violations { get; init; } = [];

    /// <summary>Kind, namespace and name as far as they could be read, so that a last good version can be found; <see langword="null"/>: they could not.</summary>
    public ResourceKey? Key { get; init; }

    /// <summary>
    /// What could be read of a document that is wrong. Nothing of it may be applied as it is.
    /// </summary>
    public DeclaredResource? Partial { get; init; }
}
