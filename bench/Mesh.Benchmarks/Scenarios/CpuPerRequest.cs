using Mesh.Benchmarks.Candidates;
using Mesh.Benchmarks.Reporting;

namespace Mesh.Benchmarks.Scenarios;

/// <summary>CPU per request of a pair under a closed loop.</summary>
/// <param name="name">For <c>--only</c>.</param>
/// <param name="what">What is compared, in words.</param>
/// <param name="candidates">Who takes turns.</param>
/// <param name="connections">How many at once.</param>
/// <param name="baseline">The candidate that the others are a ratio to.</param>
/// <param name="ours">The one the aim is about.</param>
/// <param name="firstAim">Its ratio at most.</param>
/// <param name="rounds">How many rounds in a full run, of three seconds each.</param>
internal sealed class CpuPerRequest(
    string name, string what, Func<Bench, IEnumerable<Candidate>> candidates, int connections, string baseline, string ours, double? firstAim, int rounds = 5) : IScenario
{
    public string Name => name;

    public ScenarioReport Run(Bench bench)
    {
        var seconds = bench.Quick ? 1 : 3;
        var turns = bench.Quick ? Math.Min(rounds, 5) - 2 : rounds;
        var report = new ScenarioReport(
            FormattableString.Invariant($"CPU per request, {what}, {connections} connections"),
            FormattableString.Invariant($"{bench.Load.Description}, {connections} connections, 100-byte body, {turns} rounds of {seconds} s. ")
            + "CPU is user and system time of both proxies from their process accounting, in microseconds per answered request.",
            ["candidate", "us min", "us median", "near + far (best round)", "user + system (best round)", "rps max", $"to {baseline}: min", "median", "failed"]);
        var pairs = bench.StartAll(candidates(bench), report.Notes);
        try
        {
            foreach (var pair in pairs.Values)
            {
                bench.Load.Run(pair.Entry, connections, 1);
            }

            var samples = bench.TakeTurns(pairs, turns, report.Notes, (_, pair) =>
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
