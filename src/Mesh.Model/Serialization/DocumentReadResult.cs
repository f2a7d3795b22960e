using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Serialization;

/// <summary>What a text held.</summary>
/// <param name="Documents">The documents that could be read.</param>
/// <param name="Violations">What is wrong with the text itself. Not empty: some documents may be missing.</param>
public sealed record DocumentReadResult(ImmutableArray<MeshDocument> Documents, ImmutableArray<Violation> Violations);
