using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Mesh.Benchmarks.Machine;

namespace Mesh.Benchmarks.Load;

/// <summary>N connections, each with the next request as soon as the last one is answered: wrk where it is installed, else a thread per connection.</summary>
internal sealed partial class ClosedLoop
{
    private readonly bool _wrk = ChildProcess.Run(TimeSpan.FromSeconds(5), "wrk", "-v") is not null;

    public string Description => _wrk ? "wrk, one thread" : "own generator, one thread per connection (install wrk for a cheaper one)";

    public LoadResult Run(IPEndPoint server, int connections, double seconds) =>
        _wrk ? RunWrk(server, connections, seconds) : RunThreads(server, connections, seconds);

    private static LoadResult RunWrk(IPEndPoint server, int connections, double seconds)
    {
        var whole = (int)Math.Ceiling(seconds);
        var output = ChildProcess.Run(
            TimeSpan.FromSeconds(whole + 20),
            "wrk",
            "-t1",
            string.Create(CultureInfo.InvariantCulture, $"-c{connections}"),
            string.Create(CultureInfo.InvariantCulture, $"-d{whole}s"),
            "-H",
            "Host: orders",
            $"http://{server}/") ?? throw new InvalidOperationException($"wrk against {server} did not end");
        var done = Requests().Match(output);
        if (!done.Success)
        {
            throw new InvalidOperationException($"wrk against {server} reported nothing: {output}");
        }

        var refused = Refused().Match(output);
        var socket = SocketErrors().Match(output);
        var failures = (refused.Success ? Number(refused, 1) : 0)
            + (socket.Success ? Number(socket, 1) + Number(socket, 2) + Number(socket, 3) + Number(socket, 4) : 0);
        var elapsed = double.Parse(done.Groups[2].Value, CultureInfo.InvariantCulture);
        return new LoadResult(Number(done, 1) - (refused.Success ? Number(refused, 1) : 0), failures, elapsed);
    }

    private static long Number(Match match, int group) => long.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private static LoadResult RunThreads(IPEndPoint server, int connections, double seconds)
    {
        var start = Stopwatch.GetTimestamp();
        var end = start + (long)(seconds * Stopwatch.Frequency);
        long requests = 0;
        long failures = 0;
        var threads = Enumerable.Range(0, connections).Select(_ => new Thread(Drive)).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return new LoadResult(requests, failures, Stopwatch.GetElapsedTime(start).TotalSeconds);

        void Drive()
        {
            long good = 0;
            try
            {
                using var connection = new HttpConnection(server, TimeSpan.FromSeconds(5));
                while (Stopwatch.GetTimestamp() < end)
                {
                    if (connection.Get() == 200)
                    {
                        good++;
                    }
                    else
                    {
                        Interlocked.Increment(ref failures);
                    }
                }
            }
            catch (Exception error) when (error is IOException or SocketException)
            {
                Interlocked.Increment(ref failures);
            }

            Interlocked.Add(ref requests, good);
        }
    }

    [GeneratedRegex(@"(\d+) requests in ([\d.]+)s")]
    private static partial Regex Requests();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (\d+)")]
    private static partial Regex Refused();

    [GeneratedRegex(@"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")]
    private static partial Regex SocketErrors();
}
