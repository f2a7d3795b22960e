using Mesh.Benchmarks.Candidates;
using Mesh.Benchmarks.Reporting;

namespace Mesh.Benchmarks.Scenarios;

/// <summary>From starting the near side's process to the first 200 through mutual TLS; the far side is warm.</summary>
internal sealed class StartUp : IScenario
{
    public string Name => "start";

    public ScenarioReport Run(Bench bench)
    {
        var rounds = bench.Quick ? 5 : 11;
        var report = new ScenarioReport(
            "Start to first request",
            FormattableString.Invariant($"Milliseconds from starting the calling side's process to the first 200 through both sides, the called side warm; {rounds} rounds, asked every millisecond."),
            ["candidate", "ms min", "ms median"]);
        var pairs = bench.StartAll(bench.Distinct(bench.On(Wire.Http)), report.Notes);
        try
        {
            foreach (var pair in pairs.Values)
            {
                // The far side's own first handshakes are not the question.
                bench.Load.Run(pair.Entry, 16, 1);
            }

            var samples = bench.TakeTurns(pairs, rounds, report.Notes, (_, pair) => pair.RestartNear());
            foreach (var (candidate, times) in samples)
            {
                report.Rows.Add([candidate, Figures.Whole(times.Min()), Figures.Whole(Figures.Median(times))]);
                if (candidate == Bench.Ours)
                {
                    var median = Figures.Median(times);
                    report.Verdicts.Add(new Verdict("start to first request with mTLS, ms (median)", Figures.Whole(median), "≤ 200", median <= 200));
                }
            }
        }
        finally
        {
            Bench.End(pairs);
        }

        return report;
    }
}
