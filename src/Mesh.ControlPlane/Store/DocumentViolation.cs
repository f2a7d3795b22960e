using Mesh.Model.Validation;

namespace Mesh.ControlPlane.Store;

/// <summary>One thing that is wrong with what someone sent or wrote.</summary>
/// <param name="Document">Which document, by kind and name; <see langword="null"/>: the text as a whole.</param>
/// <param name="Path">Where in it.</param>
/// <param name="Message">What, and the cure.</param>
/// <param name="Line">Line in the text, from 1.</param>
internal sealed record DocumentViolation(string? Document, string Path, string Message, int? Line)
{
    /// <summary>As the model reports it.</summary>
    public static DocumentViolation Of(Violation violation, string? document = null) => new(document, violation.Path.ToString(), violation.Message, violation.Line);
}
