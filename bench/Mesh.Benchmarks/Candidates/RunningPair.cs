using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mesh.Benchmarks.Load;
using Mesh.Benchmarks.Machine;
using Mesh.Benchmarks.Native;

namespace Mesh.Benchmarks.Candidates;

/// <summary>Both sides of a pair, running; disposing ends them.</summary>
internal sealed class RunningPair(PairPlan plan, ChildProcess near, ChildProcess far) : IDisposable
{
    public IPEndPoint Entry => plan.Entry;

    public ChildProcess Near { get; private set; } = near;

    public ChildProcess Far => far;

    public CpuTime NearCpu => ProcessAccounting.Cpu(Near.Id);

    public CpuTime FarCpu => ProcessAccounting.Cpu(far.Id);

    public CpuTime Cpu => NearCpu + FarCpu;

    /// <summary>Ends the near side and starts it again; the far side stays warm.</summary>
    /// <returns>From the start of the process to the first 200 through both sides, milliseconds.</returns>
    public double RestartNear()
    {
        Near.Dispose();
        Near = plan.StartNear();
        return WaitForFirstAnswer(TimeSpan.FromSeconds(20));
    }

    /// <summary>Asks every millisecond until a request passes.</summary>
    /// <returns>Milliseconds since the near process was started.</returns>
    public double WaitForFirstAnswer(TimeSpan limit)
    {
        var last = "no connection";
        while (Stopwatch.GetElapsedTime(Near.StartedAt) < limit)
        {
            try
            {
                using var connection = new HttpConnection(Entry, limit);
                var status = connection.Get();
                if (status == 200)
                {
                    return Stopwatch.GetElapsedTime(Near.StartedAt).TotalMilliseconds;
                }

                last = $"status {status}";
            }
            catch (Exception error) when (error is IOException or SocketException)
            {
                last = error.Message;
            }

            if (Near.HasExited || far.HasExited)
            {
                break;
            }

            Libc.SleepUntil(Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 1000));
        }

        throw new InvalidOperationException(
            $"no request passed {Entry} ({last}). Near side: {Near.Output.Trim()} Far side: {far.Output.Trim()}");
    }

    public void Dispose()
    {
        Near.Dispose();
        far.Dispose();
    }
}
