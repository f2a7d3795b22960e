namespace Mesh.Laptop.Api;

/// <summary>One thing that is wrong with what was sent.</summary>
/// <param name="Document">Which document, by kind and name or by number.</param>
/// <param name="Path">Where in it.</param>
/// <param name="Message">What, and the cure.</param>
/// <param name="Line">Line in the text that was sent, from 1.</param>
internal sealed record ProblemViolation(string? Document, string Path, string Message, int? Line);
