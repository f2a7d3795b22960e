namespace Mesh.Hosting.Benchmarks;

/// <summary>Many starts in a row.</summary>
internal sealed class Starts(TextWriter output)
{
    /// <summary>Runs them.</summary>
    /// <returns>0 if none hung, failed or lost a sidecar.</returns>
    public int Run(Shape shape)
    {
        var (failed, dead, seconds) = (0, 0, new List<double>());
        for (var i = 1; i <= shape.Count; i++)
        {
            var (measured, error) = Child.Run(shape);
            if (measured is null)
            {
                failed++;
                output.WriteLine($"start {i}: {error}");
                continue;
            }

            dead += measured.Dead;
            seconds.Add(measured.AnswerSeconds);
            output.WriteLine($"start {i}: {measured.AnswerSeconds:0.0} s to the first answer, {measured.Sidecars} sidecars running, {measured.Dead} dead, stopped in {measured.StopSeconds:0.0} s");
        }

        seconds.Sort();
        output.WriteLine($"{shape.Count} starts of {shape.Services} services with {shape.Replicas} replica(s): {failed} failed or hung, {dead} sidecars dead"
            + (seconds.Count == 0 ? "" : $"; first answer after {seconds[seconds.Count / 2]:0.0} s (median), {seconds[^1]:0.0} s at most"));
        return failed + dead == 0 ? 0 : 1;
    }
}
