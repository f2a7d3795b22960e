using System.Diagnostics;
using Mesh.Benchmarks.Machine;
using Mesh.Benchmarks.Native;
using Mesh.Benchmarks.Reporting;
using Mesh.Benchmarks.RouteChanges;

namespace Mesh.Benchmarks.Scenarios;

/// <summary>One control plane and up to two thousand simulated sidecars: how long they take to have everything, a change to arrive, and all of them to come back.</summary>
internal sealed class Fleet(string repository) : IScenario
{
    private const int WarmUp = 5;
    private const int Aimed = 1000;
    private const double OneAim = 20;
    private const double ManyAim = 150;
    private const double BackAim = 5000;
    private static readonly SyntheticMesh Mesh = new(Services: 200, Upstreams: 20);

    public string Name => "fleet";

    public ScenarioReport Run(Bench bench)
    {
        int[] sizes = bench.Quick ? [1, 100, 1000] : [1, 100, 1000, 2000];
        var rounds = bench.Quick ? 8 : 30;
        var report = new ScenarioReport(
            "A thousand sidecars",
            FormattableString.Invariant($"""
            {Mesh.Services} services that call {Mesh.Upstreams - 1} others each; simulated sidecars with mutual TLS and a connection each, in a process of their own that subscribes and acknowledges but builds no tables. Milliseconds from the moment before the change until a sidecar was told, over all sidecars and {rounds} rounds after {WarmUp} for warming up. One endpoint: a replica that all but its own service call changes its zone. One policy: a route to one service, written over the API. Everything: a route to every service, so that each of a sidecar's tables changes; the last one counts. The control plane has one core to itself; all sidecars share the other, so what their process costs is in the figures of large fleets.
            """),
            ["sidecars", "what", "p50", "p99", "aim p99", "max", "bytes per sidecar", "CPU of the control plane, ms", "CPU of the sidecars' process, ms", "RSS of the control plane, MiB"]);
        if (ControlPlane.Missing(repository) is { } missing)
        {
            report.Notes.Add($"Left out: {missing}.");
            return report;
        }

        for (var service = 0; service < Mesh.Services; service++)
        {
            bench.Workplace.Certificates.Issue(SyntheticMesh.Leaf(bench.Workplace.Certificates.Folder, service));
        }

        foreach (var size in sizes)
        {
            Measure(bench, size, rounds, report);
        }

        return report;
    }

    private void Measure(Bench bench, int size, int rounds, ScenarioReport report)
    {
        using var plane = ControlPlane.Start(repository, bench.Workplace, Mesh);
        var before = ProcessAccounting.Cpu(plane.Process.Id);
        var start = Stopwatch.GetTimestamp();
        using var fleet = ProxyFleet.Start(plane, bench.Workplace.Certificates, Mesh, size);
        var synced = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        var spent = Spent(plane, before, 1);
        Row(bench, report, size, "initial sync of all, their process's start included", [synced], double.NaN, fleet.Bytes() / size, spent, ProcessAccounting.Cpu(fleet.Process.Id).Total / 1000, plane);

        var aim = size == 1 ? OneAim : size == Aimed ? ManyAim : double.NaN;
        Rounds(bench, report, plane, fleet, size, rounds, "one endpoint", fleet.ChangeEndpoint, aim);
        Rounds(bench, report, plane, fleet, size, rounds, "one policy", () => plane.Apply().Stamp, aim);
        Rounds(bench, report, plane, fleet, size, rounds, "everything", () => plane.Apply(Mesh.AllRoutes).Stamp, double.NaN);

        before = ProcessAccounting.Cpu(plane.Process.Id);
        var sidecars = ProcessAccounting.Cpu(fleet.Process.Id);
        var bytes = fleet.Bytes();
        var back = fleet.Reconnect();
        Row(bench, report, size, "reconnecting at once, until all are back", back, size == Aimed ? BackAim : double.NaN, (fleet.Bytes() - bytes) / size, Spent(plane, before, 1), (ProcessAccounting.Cpu(fleet.Process.Id).Total - sidecars.Total) / 1000, plane);
        if (size == Aimed)
        {
            report.Verdicts.Add(new Verdict($"{Aimed} sidecars reconnecting at once, ms until the last is back", Figures.Whole(back.Max()), "≤ 5000", back.Max() <= BackAim));
        }
    }

    private static void Rounds(Bench bench, ScenarioReport report, ControlPlane plane, ProxyFleet fleet, int size, int rounds, string what, Func<long> change, double aim)
    {
        var took = new List<double>();
        CpuTime before = default, sidecars = default;
        double bytes = 0;
        for (var round = -WarmUp; round < rounds; round++)
        {
            if (round == 0)
            {
                (before, sidecars, bytes) = (ProcessAccounting.Cpu(plane.Process.Id), ProcessAccounting.Cpu(fleet.Process.Id), fleet.Bytes());
            }

            var all = fleet.Await(change());
            if (round >= 0)
            {
                took.AddRange(all);
            }

            // Never in step with a timer of the control plane.
            Libc.SleepUntil(Stopwatch.GetTimestamp() + (Stopwatch.Frequency * (50 + (7 * Math.Abs(round) % 60)) / 1000));
        }

        var spent = Spent(plane, before, rounds);
        var cost = (ProcessAccounting.Cpu(fleet.Process.Id).Total - sidecars.Total) / rounds / 1000;
        Row(bench, report, size, what, took, aim, (fleet.Bytes() - bytes) / rounds / size, spent, cost, plane);
        if (!double.IsNaN(aim) && what == "one policy")
        {
            var measured = Figures.Quantile(took, size == 1 ? 0.5 : 0.99);
            report.Verdicts.Add(new Verdict(FormattableString.Invariant($"route change until told, {size} simulated sidecars, ms ({(size == 1 ? "p50" : "p99")})"), Figures.Tenth(measured), FormattableString.Invariant($"≤ {aim}"), measured <= aim));
        }
    }

    private static double Spent(ControlPlane plane, CpuTime before, int rounds) => (ProcessAccounting.Cpu(plane.Process.Id).Total - before.Total) / rounds / 1000;

    private static void Row(Bench bench, ScenarioReport report, int size, string what, IReadOnlyCollection<double> took, double aim, double bytes, double plane, double sidecars, ControlPlane process)
    {
        report.Rows.Add(
        [
            Figures.Whole(size),
            what,
            Figures.Tenth(Figures.Quantile(took, 0.5)),
            Figures.Tenth(Figures.Quantile(took, 0.99)),
            double.IsNaN(aim) ? "–" : $"≤ {Figures.Whole(aim)}",
            Figures.Tenth(took.Max()),
            Figures.Whole(bytes),
            Figures.Tenth(plane),
            Figures.Tenth(sidecars),
            Figures.Whole(ProcessAccounting.ResidentMebibytes(process.Process.Id)),
        ]);
        bench.Progress($"  {string.Join("; ", report.Rows[^1])}");
    }
}
