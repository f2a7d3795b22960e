namespace Mesh.Model.Validation;

/// <summary>One thing that is wrong with what a user wrote.</summary>
/// <param name="Path">Where.</param>
/// <param name="Message">What was seen, and the cure.</param>
/// <param name="Line">Line in the source, from 1; <see langword="null"/> where there is no text.</param>
public sealed record Violation(FieldPath Path, string Message, int? Line = null)
{
    /// <inheritdoc />
    public override string ToString() => $"{Path}: {Message}";
}
