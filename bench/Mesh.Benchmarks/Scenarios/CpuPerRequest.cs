using Mesh.Benchmarks.Candidates;
using Mesh.Benchmarks.Reporting;

namespace Mesh.Benchmarks.Scenarios;

/// <summary>CPU per request of a pair under a closed loop, HTTP or tunnelled.</summary>
internal sealed class CpuPerRequest(string name, Wire wire, int connections, string baseline, string ours, double? firstAim) : IScenario
{
    public string Name => name;

    public ScenarioReport Run(Bench bench)
    {
        var seconds = bench.Quick ? 1 : 3;
        var rounds = bench.Quick ? 3 : 5;
        var report = new ScenarioReport(
            FormattableString.Invariant($"CPU per request, {(wire == Wire.Tcp ? "TCP tunnel pair" : "HTTP pair")}, {connections} connections"),
            FormattableString.Invariant($"{bench.Load.Description}, {connections} connections, 100-byte body, {rounds} rounds of {seconds} s. ")
            + "CPU is user and system time of both proxies from their process accounting, in microseconds per answered request.",
            ["candidate", "us min", "us median", "near + far (best round)", "user + system (best round)", "rps max", $"to {baseline}: min", "median", "failed"]);
        var pairs = bench.StartAll(bench.On(wire).Where(candidate => candidate is not HaproxyTcpPair { Name: not "haproxy tcp" }), report.Notes);
        try
        {
            foreach (var pair in pairs.Values)
            {
                bench.Load.Run(pair.Entry, connections, 1);
            }

            var samples = bench.TakeTurns(pairs, rounds, report.Notes, (_, pair) =>
            {
                var (near, far) = (pair.NearCpu, pair.FarCpu);
                var load = bench.Load.Run(pair.Entry, connections, seconds);
                return new ClosedLoopSample(pair.NearCpu - near, pair.FarCpu - far, load);
            });
            Fill(report, samples);
        }
        finally
        {
            Bench.End(pairs);
        }

        return report;
    }

    private void Fill(ScenarioReport report, Dictionary<string, List<ClosedLoopSample>> samples)
    {
        var reference = samples.GetValueOrDefault(baseline)?.ConvertAll(sample => sample.Microseconds);
        foreach (var (candidate, rounds) in samples)
        {
            var cost = rounds.ConvertAll(sample => sample.Microseconds);
            var best = rounds.MinBy(sample => sample.Microseconds)!;
            var failures = rounds.Sum(sample => sample.Load.Failures);
            var ratio = reference is null ? double.NaN : cost.Min() / reference.Min();
            report.Rows.Add([
                candidate,
                Figures.Tenth(cost.Min()),
                Figures.Tenth(Figures.Median(cost)),
                $"{Figures.Tenth(best.Near.Total / best.Load.Requests)} + {Figures.Tenth(best.Far.Total / best.Load.Requests)}",
                $"{Figures.Tenth((best.Near.User + best.Far.User) / best.Load.Requests)} + {Figures.Tenth((best.Near.System + best.Far.System) / best.Load.Requests)}",
                Figures.Whole(rounds.Max(sample => sample.Rate)),
                Figures.Ratio(ratio),
                reference is null ? "–" : Figures.Ratio(Figures.MedianRatio(cost, reference)),
                Figures.Whole(failures)]);
            if (candidate == ours && firstAim is { } aim && double.IsFinite(ratio))
            {
                report.Verdicts.Add(new Verdict(
                    $"{report.Title}, against {baseline}",
                    $"{Figures.Ratio(ratio)}{(failures > 0 ? $" with {failures} failed requests" : "")}",
                    $"≤ {aim.ToString(System.Globalization.CultureInfo.InvariantCulture)}",
                    ratio <= aim && failures == 0));
            }
        }
    }
}
