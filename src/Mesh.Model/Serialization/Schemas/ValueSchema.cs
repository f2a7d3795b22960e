using System.Diagnostics.CodeAnalysis;
using Mesh.Model.Validation;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>How a value is read from a document and written back: one description for both directions and both text formats.</summary>
internal abstract class ValueSchema<T>
{
    /// <summary>Reads the value; says false and adds violations where it is not one.</summary>
    public abstract bool TryRead(DocumentNode node, FieldPath at, List<Violation> violations, [MaybeNullWhen(false)] out T value);

    /// <summary>The canonical form.</summary>
    public abstract DocumentNode Write(T value);

    /// <summary>What may be written, as a schema of OpenAPI 3.0.</summary>
    public abstract ObjectNode Describe();
}
