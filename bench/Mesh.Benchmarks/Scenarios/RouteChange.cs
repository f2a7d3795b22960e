using System.Diagnostics;
using Mesh.Benchmarks.Candidates;
using Mesh.Benchmarks.Machine;
using Mesh.Benchmarks.Native;
using Mesh.Benchmarks.Reporting;
using Mesh.Benchmarks.RouteChanges;

namespace Mesh.Benchmarks.Scenarios;

/// <summary>From writing a route to its effect: one real sidecar whose answers change.</summary>
internal sealed class RouteChange(string repository, MeshProxyBinary? binary) : IScenario
{
    private const int WarmUp = 5;
    private static readonly SyntheticMesh Laptop = new(Services: 10, Upstreams: 4);

    public string Name => "route-change";

    public ScenarioReport Run(Bench bench)
    {
        var rounds = bench.Quick ? 15 : 40;
        var report = new ScenarioReport(
            "Route change to effect",
            FormattableString.Invariant($"""
            Milliseconds from the moment before the write. One sidecar: a real one, in a mesh of {Laptop.Services} services that call {Laptop.Upstreams - 1} others, asked 4000 times a second until the answer is the new one. The control plane has one core to itself, the rest shares the other. {rounds} rounds after {WarmUp} for warming up.
            """),
            ["what", "p50", "p99", "max", "write answered after, p50", "CPU of the control plane per change, ms"]);
        if ((ControlPlane.Missing(repository) ?? (binary is null ? "no mesh-proxy was built; `./build.sh bench` builds it" : null)) is { } missing)
        {
            report.Notes.Add($"Left out: {missing}.");
            return report;
        }

        for (var service = 0; service < Laptop.Services; service++)
        {
            bench.Workplace.Certificates.Issue(SyntheticMesh.Leaf(bench.Workplace.Certificates.Folder, service));
        }

        OneSidecar(bench, rounds, report);
        return report;
    }

    private void OneSidecar(Bench bench, int rounds, ScenarioReport report)
    {
        using var plane = ControlPlane.Start(repository, bench.Workplace, Laptop);
        using var sidecar = CallingSidecar.Start(binary!, plane, bench.Workplace, Laptop, service: 1);
        var applied = Measure(bench, "one sidecar, API", rounds, report, plane, plane.Apply, stamp => [sidecar.Await(stamp)]);
        var p50 = Figures.Quantile(applied, 0.5);
        report.Verdicts.Add(new Verdict("route change to effect, one sidecar, ms (p50)", Figures.Tenth(p50), "≤ 20", p50 <= 20));
        plane.Withdraw();
        Measure(bench, "one sidecar, file", rounds, report, plane, () => (plane.Save(), TimeSpan.Zero), stamp => [sidecar.Await(stamp)]);
    }

    private static List<double> Measure(
        Bench bench, string what, int rounds, ScenarioReport report, ControlPlane plane, Func<(long Stamp, TimeSpan Answered)> change, Func<long, double[]> arrivals)
    {
        var took = new List<double>();
        var answered = new List<double>();
        CpuTime planeBefore = default;
        for (var round = -WarmUp; round < rounds; round++)
        {
            if (round == 0)
            {
                planeBefore = ProcessAccounting.Cpu(plane.Process.Id);
            }

            var (stamp, answer) = change();
            var all = arrivals(stamp);
            if (round >= 0)
            {
                took.AddRange(all);
                answered.Add(answer.TotalMilliseconds);
            }

            // Never in step with a timer of the control plane.
            Libc.SleepUntil(Stopwatch.GetTimestamp() + (Stopwatch.Frequency * (50 + (7 * Math.Abs(round) % 60)) / 1000));
        }

        var planeCost = (ProcessAccounting.Cpu(plane.Process.Id).Total - planeBefore.Total) / rounds / 1000;
        report.Rows.Add(
        [
            what,
            Figures.Tenth(Figures.Quantile(took, 0.5)),
            Figures.Tenth(Figures.Quantile(took, 0.99)),
            Figures.Tenth(took.Max()),
            answered.Max() > 0 ? Figures.Tenth(Figures.Median(answered)) : "–",
            Figures.Whole(planeCost),
        ]);
        bench.Progress($"  {string.Join("; ", report.Rows[^1])}");
        return took;
    }
}
