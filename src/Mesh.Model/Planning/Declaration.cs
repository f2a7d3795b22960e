using Mesh.Model.Validation;

namespace Mesh.Model.Planning;

/// <summary>Where the user declared something, for errors and origins.</summary>
/// <param name="Path">Path in the document, or the resource's name in an AppHost.</param>
/// <param name="Line">Line in the document, from 1; <see langword="null"/> where there is no text.</param>
/// <param name="Location"><c>file:line</c> as origins show it, or <see langword="null"/>.</param>
public readonly record struct Declaration(FieldPath Path, int? Line = null, string? Location = null)
{
    internal Violation Wrong(string message) => new(Path, message, Line);

    internal Violation Wrong(string member, string message) => new(Path / member, message, Line);
}
