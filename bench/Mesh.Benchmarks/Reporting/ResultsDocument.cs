using System.Globalization;
using System.Text;
using Mesh.Benchmarks.Candidates;
using Mesh.Benchmarks.Machine;

namespace Mesh.Benchmarks.Reporting;

/// <summary>Writes one run as Markdown.</summary>
internal sealed class ResultsDocument(MachineFacts machine, string commit, DateTimeOffset at, string conditions)
{
    private readonly StringBuilder _text = new();

    public string Write(IReadOnlyList<Candidate> ran, IReadOnlyList<string> leftOut, IReadOnlyList<ScenarioReport> scenarios)
    {
        _text.Clear();
        Line($"# Side by side, {at.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC, commit {commit}");
        Line();
        Line("Written by `mesh-bench side-by-side`. Ratios travel between machines to about 15 %; absolute times do not.");
        Line();
        Line("| machine | |");
        Line("|---|---|");
        Line($"| processor | {machine.Cpu}, {machine.Cores} cores |");
        Line($"| memory | {machine.Memory} |");
        Line($"| kernel | {machine.Kernel} |");
        Line($"| harness | {machine.Runtime} |");
        Line($"| conditions | {conditions} |");
        Line();
        Line("Load generator and upstream on one core, both proxies of a pair on the other. TLS 1.3, ECDSA P-256 certificates behind one intermediate on both sides, "
            + "client certificate required, access logs off, one worker or thread per process, the rest at defaults. Candidates take turns in rounds; "
            + "`min` is the best round, `median` the middle one, a ratio is given as best to best and as the median of the rounds' own ratios.");
        Line();
        WriteVerdicts(scenarios);
        Line("## Candidates");
        Line();
        Table(["candidate", "version", "switched on"], ran.Select(candidate => (IReadOnlyList<string>)[candidate.Name, candidate.Version, candidate.SwitchedOn]));
        foreach (var reason in leftOut)
        {
            Line($"- Left out: {reason}");
        }

        if (leftOut.Count > 0)
        {
            Line();
        }

        foreach (var scenario in scenarios)
        {
            Line($"## {scenario.Title}");
            Line();
            Line(scenario.Setup);
            Line();
            Table(scenario.Header, scenario.Rows);
            foreach (var note in scenario.Notes)
            {
                Line($"- {note}");
            }

            if (scenario.Notes.Count > 0)
            {
                Line();
            }
        }

        return _text.ToString().TrimEnd() + "\n";
    }

    private void WriteVerdicts(IReadOnlyList<ScenarioReport> scenarios)
    {
        var verdicts = scenarios.SelectMany(scenario => scenario.Verdicts).ToList();
        if (verdicts.Count == 0)
        {
            return;
        }

        Line("## Against the first aim");
        Line();
        Table(
            ["what", "measured", "first aim", ""],
            verdicts.Select(verdict => (IReadOnlyList<string>)[verdict.What, verdict.Measured, verdict.FirstAim, verdict.Met ? "met" : "**missed**"]));
    }

    private void Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        Line($"| {string.Join(" | ", header)} |");
        Line($"|{string.Concat(Enumerable.Repeat("---|", header.Count))}");
        foreach (var row in rows)
        {
            Line($"| {string.Join(" | ", row)} |");
        }

        Line();
    }

    private void Line(string text = "") => _text.Append(text).Append('\n');
}
