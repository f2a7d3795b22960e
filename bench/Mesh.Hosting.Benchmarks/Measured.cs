namespace Mesh.Hosting.Benchmarks;

/// <summary>What one start showed.</summary>
/// <param name="AnswerSeconds">From the process's start to the first answer through the whole chain.</param>
/// <param name="StopSeconds">From the wish to stop until everything had stopped.</param>
/// <param name="Sidecars">How many sidecars were running when the answer came.</param>
/// <param name="Dead">How many were not.</param>
/// <param name="SidecarMebibytes">Proportional set size of all sidecars together: what they share is counted once.</param>
/// <param name="ControlPlaneMebibytes">The control plane's.</param>
internal sealed record Measured(double AnswerSeconds, double StopSeconds, int Sidecars, int Dead, double SidecarMebibytes, double ControlPlaneMebibytes);
