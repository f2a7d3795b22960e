using System.Diagnostics;
using Mesh.Benchmarks.Candidates;
using Mesh.Benchmarks.Machine;
using Mesh.Benchmarks.Native;
using Mesh.Benchmarks.Reporting;
using Mesh.Benchmarks.RouteChanges;

namespace Mesh.Benchmarks.Scenarios;

/// <summary>From writing a route to its effect: one real sidecar whose answers change, and a thousand simulated ones that are told.</summary>
internal sealed class RouteChange(string repository, MeshProxyBinary? binary) : IScenario
{
    private const int Fleet = 1000;
    private const int WarmUp = 5;
    private static readonly SyntheticMesh Laptop = new(Services: 10, Upstreams: 4);
    private static readonly SyntheticMesh Large = new(Services: 200, Upstreams: 20);

    public string Name => "route-change";

    public ScenarioReport Run(Bench bench)
    {
        var rounds = bench.Quick ? 15 : 40;
        var report = new ScenarioReport(
            "Route change to effect",
            FormattableString.Invariant($"""
            Milliseconds from the moment before the write. One sidecar: a real one, in a mesh of {Laptop.Services} services that call {Laptop.Upstreams - 1} others, asked 4000 times a second until the answer is the new one. {Fleet} sidecars: {Large.Services} services that call {Large.Upstreams - 1} others each, every sidecar but those of the changed service is concerned; mutual TLS, a connection each, in a process of their own that subscribes and acknowledges but builds no tables. The control plane has one core to itself, the rest shares the other. {rounds} rounds after {WarmUp} for warming up.
            """),
            ["what", "p50", "p99", "max", "write answered after, p50", "CPU of the control plane per change", "CPU of the sidecars' process"]);
        if ((ControlPlane.Missing(repository) ?? (binary is null ? "no mesh-proxy was built; `./build.sh bench` builds it" : null)) is { } missing)
        {
            report.Notes.Add($"Left out: {missing}.");
            return report;
        }

        for (var service = 0; service < Large.Services; service++)
        {
            bench.Workplace.Certificates.Issue(SyntheticMesh.Leaf(bench.Workplace.Certificates.Folder, service));
        }

        OneSidecar(bench, rounds, report);
        ManySidecars(bench, rounds, report);
        return report;
    }

    private void OneSidecar(Bench bench, int rounds, ScenarioReport report)
    {
        using var plane = ControlPlane.Start(repository, bench.Workplace, Laptop);
        using var sidecar = CallingSidecar.Start(binary!, plane, bench.Workplace, Laptop, service: 1);
        var applied = Measure(bench, "one sidecar, API", rounds, report, plane, null, plane.Apply, stamp => [sidecar.Await(stamp)]);
        var p50 = Quantile(applied, 0.5);
        report.Verdicts.Add(new Verdict("route change to effect, one sidecar, ms (p50)", Figures.Tenth(p50), "≤ 20", p50 <= 20));
        plane.Withdraw();
        Measure(bench, "one sidecar, file", rounds, report, plane, null, () => (plane.Save(), TimeSpan.Zero), stamp => [sidecar.Await(stamp)]);
    }

    private void ManySidecars(Bench bench, int rounds, ScenarioReport report)
    {
        using var plane = ControlPlane.Start(repository, bench.Workplace, Large);
        var start = Stopwatch.GetTimestamp();
        using var fleet = ProxyFleet.Start(plane, bench.Workplace.Certificates, Large, Fleet);
        report.Notes.Add(FormattableString.Invariant(
            $"{Fleet} sidecars were connected and had everything after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s; the control plane then holds {ProcessAccounting.ResidentMebibytes(plane.Process.Id):0} MiB."));
        var took = Measure(bench, FormattableString.Invariant($"{Fleet} sidecars, API"), rounds, report, plane, fleet.Process, plane.Apply, fleet.Await);
        var p99 = Quantile(took, 0.99);
        report.Verdicts.Add(new Verdict(FormattableString.Invariant($"route change to effect, {Fleet} sidecars, ms (p99)"), Figures.Tenth(p99), "≤ 150", p99 <= 150));
    }

    private static List<double> Measure(
        Bench bench, string what, int rounds, ScenarioReport report, ControlPlane plane, ChildProcess? sidecars, Func<(long Stamp, TimeSpan Answered)> change, Func<long, double[]> arrivals)
    {
        var took = new List<double>();
        var answered = new List<double>();
        CpuTime planeBefore = default, sidecarsBefore = default;
        for (var round = -WarmUp; round < rounds; round++)
        {
            if (round == 0)
            {
                planeBefore = ProcessAccounting.Cpu(plane.Process.Id);
                sidecarsBefore = sidecars is null ? default : ProcessAccounting.Cpu(sidecars.Id);
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
        var sidecarsCost = sidecars is null ? double.NaN : (ProcessAccounting.Cpu(sidecars.Id).Total - sidecarsBefore.Total) / rounds / 1000;
        report.Rows.Add(
        [
            what,
            Figures.Tenth(Quantile(took, 0.5)),
            Figures.Tenth(Quantile(took, 0.99)),
            Figures.Tenth(took.Max()),
            answered.Max() > 0 ? Figures.Tenth(Figures.Median(answered)) : "–",
            Figures.Whole(planeCost),
            Figures.Whole(sidecarsCost),
        ]);
        bench.Progress($"  {string.Join("; ", report.Rows[^1])}");
        return took;
    }

    private static double Quantile(List<double> values, double part)
    {
        var sorted = values.Order().ToList();
        return sorted[(int)Math.Min(sorted.Count - 1, sorted.Count * part)];
    }
}
