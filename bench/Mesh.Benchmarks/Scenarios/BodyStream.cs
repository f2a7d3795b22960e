using System.Diagnostics;
using Mesh.Benchmarks.Load;
using Mesh.Benchmarks.Machine;
using Mesh.Benchmarks.Reporting;

namespace Mesh.Benchmarks.Scenarios;

/// <summary>One big response body on one connection: throughput, CPU, and whether memory stays flat.</summary>
internal sealed class BodyStream : IScenario
{
    private const long Gibibyte = 1L << 30;

    public string Name => "stream";

    public ScenarioReport Run(Bench bench)
    {
        var size = bench.Quick ? Gibibyte / 4 : Gibibyte;
        var rounds = bench.Quick ? 2 : 3;
        var report = new ScenarioReport(
            "1 GiB body",
            FormattableString.Invariant($"One response of {size >> 20} MiB on one connection, {rounds} rounds; CPU of both proxies in ms per GiB; peak is the larger side's resident set during the transfer, MiB."),
            ["candidate", "MiB/s max", "MiB/s median", "CPU ms/GiB min", "median", $"CPU to {Bench.Baseline}: min", "peak"]);
        var pairs = bench.StartAll(bench.Candidates.Where(candidate => candidate is not Candidates.HaproxyTcpPair { Name: not "haproxy tcp" }), report.Notes);
        try
        {
            var samples = bench.TakeTurns(pairs, rounds, report.Notes, (_, pair) =>
            {
                ProcessAccounting.ForgetPeak(pair.Near.Id);
                ProcessAccounting.ForgetPeak(pair.Far.Id);
                var before = pair.Cpu;
                var start = Stopwatch.GetTimestamp();
                using (var connection = new HttpConnection(pair.Entry, TimeSpan.FromSeconds(30)))
                {
                    connection.Stream(size);
                }

                var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                return new StreamSample(
                    (size >> 20) / seconds,
                    (pair.Cpu - before).Total / 1000 * Gibibyte / size,
                    Math.Max(ProcessAccounting.PeakMebibytes(pair.Near.Id), ProcessAccounting.PeakMebibytes(pair.Far.Id)));
            });
            var reference = samples.GetValueOrDefault(Bench.Baseline);
            foreach (var (candidate, taken) in samples)
            {
                var cost = taken.Min(sample => sample.Cpu);
                report.Rows.Add([
                    candidate,
                    Figures.Whole(taken.Max(sample => sample.Rate)),
                    Figures.Whole(Figures.Median(taken.Select(sample => sample.Rate))),
                    Figures.Whole(cost),
                    Figures.Whole(Figures.Median(taken.Select(sample => sample.Cpu))),
                    reference is null ? "–" : Figures.Ratio(cost / reference.Min(sample => sample.Cpu)),
                    Figures.Tenth(taken.Max(sample => sample.Peak))]);
            }
        }
        finally
        {
            Bench.End(pairs);
        }

        return report;
    }
}
