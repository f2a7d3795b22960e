namespace Mesh.Laptop.Api;

/// <summary>The control plane refused what the user asked for, and said why.</summary>
internal sealed class RefusedException(Problem problem) : ControlPlaneException(ControlPlaneFault.Refused, $"{problem.Title}: {problem.Detail}")
{
    /// <summary>Why.</summary>
    public Problem Problem { get; } = problem;
}
