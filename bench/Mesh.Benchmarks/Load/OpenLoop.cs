using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mesh.Benchmarks.Native;

namespace Mesh.Benchmarks.Load;

/// <summary>
/// A fixed rate whether or not the answers keep up: each request has its time in the schedule, and its latency counts from there, so that a stall shows in
/// every request it delayed. A thread per connection sleeps, sends and waits in the kernel; no event loop of ours adds to what it measures.
/// </summary>
internal static class OpenLoop
{
    /// <param name="server">Where to send.</param>
    /// <param name="connections">How many connections share the rate in turn.</param>
    /// <param name="rate">Requests per second over all connections.</param>
    /// <param name="seconds">How long.</param>
    public static OpenLoopResult Run(IPEndPoint server, int connections, int rate, double seconds)
    {
        var perConnection = (int)(rate * seconds / connections);
        var interval = Stopwatch.Frequency / rate;
        var latencies = new long[connections][];
        long failures = 0;
        using var connected = new CountdownEvent(connections);
        using var go = new ManualResetEventSlim();
        long start = 0;
        var threads = Enumerable.Range(0, connections).Select(index => new Thread(() => Drive(index))).ToList();
        threads.ForEach(thread => thread.Start());
        connected.Wait();

        // Collected now, so that no collection falls into the schedule.
        GC.Collect();
        start = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 50);
        go.Set();
        threads.ForEach(thread => thread.Join());
        var all = latencies.SelectMany(ticks => ticks).Where(ticks => ticks > 0).Select(ticks => ticks * 1e6 / Stopwatch.Frequency).Order().ToArray();
        return new OpenLoopResult(all, failures, perConnection * connections / (double)rate);

        void Drive(int index)
        {
            var mine = latencies[index] = new long[perConnection];
            var registered = false;
            try
            {
                Libc.WantExactSleep();
                using var connection = new HttpConnection(server, TimeSpan.FromSeconds(5));

                // The first exchange pays for the connection's handshake, which is not what this scenario asks about.
                var warm = connection.Get();
                registered = true;
                connected.Signal();
                go.Wait();
                for (var request = 0; request < perConnection; request++)
                {
                    var due = start + (((long)request * connections) + index) * interval;
                    Libc.SleepUntil(due);
                    if (connection.Get() == 200 && warm == 200)
                    {
                        mine[request] = Stopwatch.GetTimestamp() - due;
                    }
                    else
                    {
                        Interlocked.Increment(ref failures);
                    }
                }
            }
            catch (Exception error) when (error is IOException or SocketException)
            {
                Interlocked.Add(ref failures, perConnection - mine.Count(ticks => ticks > 0));
                if (!registered)
                {
                    connected.Signal();
                }
            }
        }
    }
}
