using Mesh.Benchmarks.Candidates;
using Mesh.Benchmarks.Load;
using Mesh.Benchmarks.Reporting;

namespace Mesh.Benchmarks.Scenarios;

/// <summary>CPU and added latency at 1000 requests per second, whether or not the pair keeps up.</summary>
internal sealed class FixedRate : IScenario
{
    private const int Rate = 1000;
    private const int Connections = 16;

    public string Name => "rate";

    public ScenarioReport Run(Bench bench)
    {
        var seconds = bench.Quick ? 3.0 : 6.0;
        var rounds = bench.Quick ? 3 : 5;
        var report = new ScenarioReport(
            "CPU and latency at 1000 requests per second",
            FormattableString.Invariant($"Open loop, {Connections} connections, {rounds} rounds of {seconds} s; latency from the scheduled time, in microseconds. ")
            + "`added` is what the pair adds to the same load sent straight to the upstream, best round less best round; its ratio is to haproxy h1's.",
            ["candidate", "CPU us min", "median", $"to {Bench.Baseline}: min", "median", "p50 min", "p90 min", "p99 min", "p50 median", "p99 median", "p50 added", "p99 added", "ratio p50", "ratio p99", "failed"]);
        var pairs = bench.StartAll(bench.On(Wire.Http), report.Notes);
        try
        {
            foreach (var pair in pairs.Values)
            {
                OpenLoop.Run(pair.Entry, Connections, Rate, 1);
            }

            var direct = new List<OpenLoopResult>();
            var samples = bench.TakeTurns(pairs, rounds, report.Notes, (name, pair) =>
            {
                if (name == pairs.Keys.First())
                {
                    direct.Add(OpenLoop.Run(bench.Workplace.Upstream, Connections, Rate, seconds));
                }

                var before = pair.Cpu;
                var load = OpenLoop.Run(pair.Entry, Connections, Rate, seconds);
                return new FixedRateSample(pair.Cpu - before, load);
            });
            Fill(report, samples, direct);
        }
        finally
        {
            Bench.End(pairs);
        }

        return report;
    }

    private static void Fill(ScenarioReport report, Dictionary<string, List<FixedRateSample>> samples, List<OpenLoopResult> direct)
    {
        if (direct.Count == 0)
        {
            return;
        }

        var floor50 = Best(direct, 0.5);
        var floor99 = Best(direct, 0.99);
        report.Rows.Add([
            "no proxy", "–", "–", "–", "–", Figures.Whole(floor50), Figures.Whole(Best(direct, 0.9)), Figures.Whole(floor99),
            Figures.Whole(Middle(direct, 0.5)), Figures.Whole(Middle(direct, 0.99)), "0", "0", "–", "–", Figures.Whole(direct.Sum(round => round.Failures))]);
        var reference = samples.GetValueOrDefault(Bench.Baseline);
        foreach (var (candidate, rounds) in samples)
        {
            var loads = rounds.ConvertAll(sample => sample.Load);
            var cost = rounds.ConvertAll(sample => sample.Microseconds);
            var baseCost = reference?.ConvertAll(sample => sample.Microseconds);
            var baseLoads = reference?.ConvertAll(sample => sample.Load);
            var added50 = Best(loads, 0.5) - floor50;
            var added99 = Best(loads, 0.99) - floor99;
            var ratio = baseCost is null ? double.NaN : cost.Min() / baseCost.Min();
            var ratio50 = baseLoads is null ? double.NaN : added50 / (Best(baseLoads, 0.5) - floor50);
            var ratio99 = baseLoads is null ? double.NaN : added99 / (Best(baseLoads, 0.99) - floor99);
            var failures = loads.Sum(load => load.Failures);
            report.Rows.Add([
                candidate,
                Figures.Whole(cost.Min()),
                Figures.Whole(Figures.Median(cost)),
                Figures.Ratio(ratio),
                baseCost is null ? "–" : Figures.Ratio(Figures.MedianRatio(cost, baseCost)),
                Figures.Whole(Best(loads, 0.5)),
                Figures.Whole(Best(loads, 0.9)),
                Figures.Whole(Best(loads, 0.99)),
                Figures.Whole(Middle(loads, 0.5)),
                Figures.Whole(Middle(loads, 0.99)),
                Figures.Whole(added50),
                Figures.Whole(added99),
                Figures.Ratio(ratio50),
                Figures.Ratio(ratio99),
                Figures.Whole(failures)]);
            if (candidate == Bench.Ours && double.IsFinite(ratio))
            {
                report.Verdicts.Add(new Verdict($"CPU per request at 1000 rps, against {Bench.Baseline}", Figures.Ratio(ratio), "≤ 1.6", ratio <= 1.6 && failures == 0));
                report.Verdicts.Add(new Verdict($"latency added at 1000 rps, p50, against {Bench.Baseline}", Figures.Ratio(ratio50), "≤ 1.3", ratio50 <= 1.3 && failures == 0));
                report.Verdicts.Add(new Verdict($"latency added at 1000 rps, p99, against {Bench.Baseline}", Figures.Ratio(ratio99), "≤ 2", ratio99 <= 2 && failures == 0));
            }
        }
    }

    private static double Best(List<OpenLoopResult> rounds, double share) => rounds.Min(round => round.Percentile(share));

    private static double Middle(List<OpenLoopResult> rounds, double share) => Figures.Median(rounds.Select(round => round.Percentile(share)));
}
