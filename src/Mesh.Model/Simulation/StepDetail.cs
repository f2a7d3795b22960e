namespace Mesh.Model.Simulation;

/// <summary>Something that was looked at on the way to a decision.</summary>
/// <param name="Text">What.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Origin">Who said so.</param>
public sealed record StepDetail(string Text, DetailVerdict Verdict, Origin Origin);
