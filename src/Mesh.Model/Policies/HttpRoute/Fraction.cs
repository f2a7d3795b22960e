namespace Mesh.Model.Policies.HttpRoute;

/// <summary>A share that percents cannot say, such as a third.</summary>
/// <param name="Numerator">How many of <paramref name="Denominator"/>, at least 0.</param>
/// <param name="Denominator">Of how many, at least 1. Default: 100.</param>
public sealed record Fraction(int Numerator, int Denominator = 100);
