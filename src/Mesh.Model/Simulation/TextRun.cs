namespace Mesh.Model.Simulation;

/// <summary>A piece of a line.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Role">What it is.</param>
public readonly record struct TextRun(string Text, TextRole Role = TextRole.Plain);
