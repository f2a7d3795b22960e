using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mesh.Benchmarks.Candidates;
using Mesh.Benchmarks.Load;
using Mesh.Benchmarks.Reporting;

namespace Mesh.Benchmarks.Scenarios;

/// <summary>A new tunnel, and so a new TLS session between the sides, for every request.</summary>
internal sealed class HandshakeBurst : IScenario
{
    private const int Callers = 8;

    public string Name => "handshakes";

    public ScenarioReport Run(Bench bench)
    {
        var count = bench.Quick ? 400 : 1600;
        var rounds = bench.Quick ? 2 : 4;
        var report = new ScenarioReport(
            "Handshake burst",
            FormattableString.Invariant($"TCP tunnel pairs; {Callers} callers open {count} connections in all, each with one request, {rounds} rounds; CPU in microseconds per connection."),
            ["candidate", "near + far (best round)", "us min", "us median", "to haproxy tcp, full handshakes", "per second max", "failed"]);
        var pairs = bench.StartAll(bench.On(Wire.Tcp), report.Notes);
        try
        {
            var samples = bench.TakeTurns(pairs, rounds, report.Notes, (_, pair) =>
            {
                var (near, far) = (pair.NearCpu, pair.FarCpu);
                var (seconds, failures) = Burst(pair.Entry, count);
                return new HandshakeSample((pair.NearCpu - near).Total / count, (pair.FarCpu - far).Total / count, count / seconds, failures);
            });
            var reference = samples.GetValueOrDefault("haproxy tcp, full handshakes");
            foreach (var (candidate, taken) in samples)
            {
                var best = taken.MinBy(sample => sample.Total)!;
                report.Rows.Add([
                    candidate,
                    $"{Figures.Whole(best.Near)} + {Figures.Whole(best.Far)}",
                    Figures.Whole(best.Total),
                    Figures.Whole(Figures.Median(taken.Select(sample => sample.Total))),
                    reference is null ? "–" : Figures.Ratio(best.Total / reference.Min(sample => sample.Total)),
                    Figures.Whole(taken.Max(sample => sample.Rate)),
                    Figures.Whole(taken.Sum(sample => sample.Failures))]);
            }
        }
        finally
        {
            Bench.End(pairs);
        }

        return report;
    }

    private static (double Seconds, long Failures) Burst(IPEndPoint entry, int count)
    {
        var left = count;
        long failures = 0;
        var start = Stopwatch.GetTimestamp();
        var threads = Enumerable.Range(0, Callers).Select(_ => new Thread(Drive)).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, failures);

        void Drive()
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                try
                {
                    using var connection = new HttpConnection(entry, TimeSpan.FromSeconds(10));
                    if (connection.Get() != 200)
                    {
                        Interlocked.Increment(ref failures);
                    }
                }
                catch (Exception error) when (error is IOException or SocketException)
                {
                    Interlocked.Increment(ref failures);
                }
            }
        }
    }
}
