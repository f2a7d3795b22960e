using Aspire.Hosting;
using Mesh.Hosting.Running;

namespace Mesh.Hosting.Dashboard;

/// <summary>Asks the control plane how all sidecars are, again and again, with one question for all of them.</summary>
internal sealed class MeshMonitor(RunningMesh running, TimeProvider time)
{
    private static readonly TimeSpan WhileSettling = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WhileCalm = TimeSpan.FromSeconds(2);

    private volatile MeshStatus _status = MeshStatus.None;

    /// <summary>What it said last.</summary>
    public MeshStatus Status => _status;

    /// <summary>Asks until told to stop.</summary>
    /// <param name="show">Is told every answer.</param>
    /// <param name="stop">Ends it.</param>
    public async Task RunAsync(Func<MeshStatus, Task> show, CancellationToken stop)
    {
        await UntilReadyAsync(show, stop);
        while (!stop.IsCancellationRequested)
        {
            var status = _status = await MeshStatus.AskAsync(running.Client, _status, stop);
            await show(status);
            var calm = status.Error is null && status.IsSettled && running.Plan.Workloads
                .SelectMany(w => w.Replicas.Where(r => r.HasSidecar).Select(r => status.Of(w.Service.Id, r.Name)))
                .All(s => s.IsLive);
            await Task.Delay(calm ? WhileCalm : WhileSettling, time, stop);
        }
    }

    // It may come up long after its limit: on a slow machine, after a mistake was mended, or when somebody starts it.
    private async Task UntilReadyAsync(Func<MeshStatus, Task> show, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await running.UntilReadyAsync(stop);
                return;
            }
            catch (DistributedApplicationException e)
            {
                _status = _status with { Error = e.Message };
                await show(_status);
            }
        }
    }
}
