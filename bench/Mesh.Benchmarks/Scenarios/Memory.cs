using Mesh.Benchmarks.Candidates;
using Mesh.Benchmarks.Load;
using Mesh.Benchmarks.Machine;
using Mesh.Benchmarks.Native;
using Mesh.Benchmarks.Reporting;

namespace Mesh.Benchmarks.Scenarios;

/// <summary>Resident memory of each side after its first request, and while 64 connections are busy.</summary>
internal sealed class Memory : IScenario
{
    private const int Connections = 64;

    public string Name => "memory";

    public ScenarioReport Run(Bench bench)
    {
        var report = new ScenarioReport(
            "Memory",
            "Resident set of each fresh process in MiB, near / far side: idle two seconds after its first request through mutual TLS, near the end of 4 s at 64 connections, and its peak.",
            ["candidate", "idle", "at 64 connections", "peak"]);
        foreach (var candidate in bench.Distinct(bench.Candidates).Where(candidate => candidate is not HaproxyTcpPair { Name: not "haproxy tcp" }))
        {
            bench.Progress($"  {candidate.Name}");
            var pairs = bench.StartAll([candidate], report.Notes);
            try
            {
                foreach (var pair in pairs.Values)
                {
                    Measure(bench, candidate, pair, report);
                }
            }
            finally
            {
                Bench.End(pairs);
            }
        }

        return report;
    }

    private static void Measure(Bench bench, Candidate candidate, RunningPair pair, ScenarioReport report)
    {
        Pause(2);
        var idle = (Near: ProcessAccounting.ResidentMebibytes(pair.Near.Id), Far: ProcessAccounting.ResidentMebibytes(pair.Far.Id));
        LoadResult? load = null;
        var driver = new Thread(() => load = bench.Load.Run(pair.Entry, Connections, 4));
        driver.Start();
        Pause(3.5);
        var busy = (Near: ProcessAccounting.ResidentMebibytes(pair.Near.Id), Far: ProcessAccounting.ResidentMebibytes(pair.Far.Id));
        driver.Join();
        report.Rows.Add([
            candidate.Name,
            $"{Figures.Tenth(idle.Near)} / {Figures.Tenth(idle.Far)}",
            $"{Figures.Tenth(busy.Near)} / {Figures.Tenth(busy.Far)}",
            $"{Figures.Tenth(ProcessAccounting.PeakMebibytes(pair.Near.Id))} / {Figures.Tenth(ProcessAccounting.PeakMebibytes(pair.Far.Id))}"]);
        if (load!.Failures > 0)
        {
            report.Notes.Add($"{candidate.Name}: {load.Failures} requests failed under load.");
        }

        if (candidate.Name == Bench.Ours)
        {
            var most = (Idle: Math.Max(idle.Near, idle.Far), Busy: Math.Max(busy.Near, busy.Far));
            report.Verdicts.Add(new Verdict("RSS of an idle sidecar with mTLS, MiB (larger side)", Figures.Tenth(most.Idle), "≤ 30", most.Idle <= 30));
            report.Verdicts.Add(new Verdict("RSS at 64 connections, MiB (larger side)", Figures.Tenth(most.Busy), "≤ 45", most.Busy <= 45));
        }
    }

    private static void Pause(double seconds) =>
        Libc.SleepUntil(System.Diagnostics.Stopwatch.GetTimestamp() + (long)(seconds * System.Diagnostics.Stopwatch.Frequency));
}
