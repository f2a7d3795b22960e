using Mesh.Benchmarks.Machine;

namespace Mesh.Benchmarks.Candidates;

/// <summary>One way to carry calls from one service to another under mutual TLS.</summary>
internal abstract class Candidate
{
    /// <summary>Short, stable: it heads rows of tables that are compared over months.</summary>
    public abstract string Name { get; }

    public abstract Wire Wire { get; }

    /// <summary>What is switched on, so that nobody compares a router with a pipe unknowingly.</summary>
    public abstract string SwitchedOn { get; }

    /// <summary>Version and build of what runs.</summary>
    public abstract string Version { get; }

    /// <summary>Why this candidate cannot run here and what would bring it; <see langword="null"/> when it can.</summary>
    public abstract string? Missing { get; }

    /// <summary>Writes what both sides need and fixes their ports; nothing runs yet.</summary>
    public abstract PairPlan Prepare(Workplace workplace);

    /// <summary>Starts both sides and waits until a request has passed.</summary>
    public RunningPair Start(Workplace workplace)
    {
        var plan = Prepare(workplace);
        var far = plan.StartFar();
        try
        {
            var near = plan.StartNear();
            var pair = new RunningPair(plan, near, far);
            try
            {
                pair.WaitForFirstAnswer(TimeSpan.FromSeconds(20));
                return pair;
            }
            catch
            {
                near.Dispose();
                throw;
            }
        }
        catch
        {
            far.Dispose();
            throw;
        }
    }

    /// <summary>The first line that a version switch prints; <see langword="null"/> where the program is not installed.</summary>
    protected static string? FirstLine(string program) =>
        ChildProcess.Run(TimeSpan.FromSeconds(5), program, "-v")?.Split('\n')[0].Trim();
}
