using System.Diagnostics;
using Mesh.Benchmarks.Candidates;
using Mesh.Benchmarks.Load;
using Mesh.Benchmarks.Machine;

namespace Mesh.Benchmarks.Scenarios;

/// <summary>What a scenario works with.</summary>
/// <param name="Workplace">Where candidates put their files.</param>
/// <param name="Candidates">Those that can run here.</param>
/// <param name="Load">The closed-loop generator.</param>
/// <param name="Quick">Fewer and shorter rounds: enough to see a regression, not to publish.</param>
/// <param name="Progress">Told what is being measured.</param>
internal sealed record Bench(Workplace Workplace, IReadOnlyList<Candidate> Candidates, ClosedLoop Load, bool Quick, Action<string> Progress)
{
    /// <summary>What every ratio is a ratio to.</summary>
    public const string Baseline = "haproxy h1";

    /// <summary>The candidate that the aims are about.</summary>
    public const string Ours = "mesh";

    public IReadOnlyList<Candidate> On(Wire wire) => [.. Candidates.Where(candidate => candidate.Wire == wire)];

    /// <summary>Those that differ in more than the wire, for scenarios to which the wire means little; a full run asks them all.</summary>
    public IEnumerable<Candidate> Distinct(IEnumerable<Candidate> candidates) =>
        candidates.Where(candidate => !Quick || candidate.Name is not ("mesh h1" or "mesh h2"));

    /// <summary>Starts the candidates of one scenario; one that does not come up is left out and said so.</summary>
    public Dictionary<string, RunningPair> StartAll(IEnumerable<Candidate> candidates, List<string> notes)
    {
        var running = new Dictionary<string, RunningPair>();
        foreach (var candidate in candidates)
        {
            try
            {
                running[candidate.Name] = candidate.Start(Workplace);
            }
            catch (Exception error) when (error is InvalidOperationException or IOException or System.ComponentModel.Win32Exception)
            {
                notes.Add($"{candidate.Name} did not start: {error.Message.ReplaceLineEndings(" ")}");
                Progress($"  {candidate.Name} did not start: {error.Message}");
            }
        }

        return running;
    }

    /// <summary>Lets the candidates take turns; each round begins with another one, so that none always follows the same neighbour.</summary>
    public Dictionary<string, List<TSample>> TakeTurns<TSample>(
        IReadOnlyDictionary<string, RunningPair> pairs,
        int rounds,
        List<string> notes,
        Func<string, RunningPair, TSample> measure)
    {
        var names = pairs.Keys.ToList();
        var samples = names.ToDictionary(name => name, _ => new List<TSample>());
        var foreign = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < names.Count; turn++)
            {
                var name = names[(turn + round) % names.Count];
                var pair = pairs[name];
                var ours = pair.Cpu.Total;
                var busy = ProcessAccounting.CoreBusyMicroseconds(Cores.Proxies);
                var start = Stopwatch.GetTimestamp();
                TSample sample;
                try
                {
                    sample = measure(name, pair);
                }
                catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException or InvalidOperationException)
                {
                    notes.Add($"**{name} failed in round {round + 1}**: {error.Message.ReplaceLineEndings(" ")}");
                    Progress($"  round {round + 1}/{rounds} {name}: FAILED, {error.Message}");
                    continue;
                }

                var elapsed = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
                var others = ProcessAccounting.CoreBusyMicroseconds(Cores.Proxies) - busy - Math.Max(0, pair.Cpu.Total - ours);
                foreign.Add(Math.Max(0, others / elapsed));
                samples[name].Add(sample);
                Progress($"  round {round + 1}/{rounds} {name}: {sample}");
            }
        }

        if (foreign.Count > 0)
        {
            notes.Add(FormattableString.Invariant(
                $"Other work on the proxies' core: median {Reporting.Figures.Median(foreign):0 %}, at most {foreign.Max():0 %}. Load average after: {MachineFacts.LoadAverage()}."));
        }

        // One that never made it has no row; its failures are in the notes.
        return samples.Where(taken => taken.Value.Count > 0).ToDictionary();
    }

    public static void End(Dictionary<string, RunningPair> pairs)
    {
        foreach (var pair in pairs.Values)
        {
            pair.Dispose();
        }
    }
}
