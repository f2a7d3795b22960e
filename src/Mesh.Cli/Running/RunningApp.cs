using System.Collections.Immutable;
using Mesh.Cli.AppFiles;
using Mesh.Laptop.Files;
using Mesh.Model.Planning;
using Mesh.Model.Topology;

namespace Mesh.Cli.Running;

/// <summary>The replicas of an app that run now, and how they follow a changed plan.</summary>
internal sealed class RunningApp(RunContext context, ControlPlaneRunner controlPlane) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<ReplicaRunner> _replicas = [];
    private readonly List<Task> _starting = [];
    private readonly Dictionary<ServiceId, string> _tokens = [];
    private ControlPlaneAccess? _access;

    /// <summary>The replicas, in the order of the file.</summary>
    public ImmutableArray<ReplicaRunner> Replicas
    {
        get
        {
            lock (_gate)
            {
                return [.. _replicas];
            }
        }
    }

    /// <summary>The plan that runs.</summary>
    public MeshPlan Plan { get; private set; } = new();

    /// <summary>The definition that runs.</summary>
    public AppDefinition? Definition { get; private set; }

    /// <summary>The optional services that declined to run here.</summary>
    public IReadOnlySet<ServiceId> Absent => Replicas.Where(r => r.IsAbsent).Select(r => r.Definition.Id).ToHashSet();

    /// <summary>Starts all: services that call nobody at once, the rest when the control plane is there.</summary>
    public async Task StartAsync(AppDefinition definition, MeshPlan plan, CancellationToken cancellation)
    {
        (Definition, Plan) = (definition, plan);
        TopologyDocuments.Write(plan, context.State.Topology);
        foreach (var workload in plan.Workloads)
        {
            foreach (var replica in workload.Replicas)
            {
                Add(definition, workload, replica);
            }
        }

        foreach (var replica in Replicas)
        {
            StartApp(replica, cancellation);
        }

        _access = await controlPlane.StartAsync(cancellation);
        await StartSidecarsAsync(Replicas, cancellation);
    }

    /// <summary>Waits until every replica works or is absent.</summary>
    /// <returns>The replicas that failed; empty: all is well.</returns>
    public async Task<ImmutableArray<ReplicaRunner>> ReadyAsync(CancellationToken cancellation)
    {
        var all = Replicas;

        // An app whose sidecar failed is never started, so its failure has to end the wait for all.
        var ready = Task.WhenAll([.. _starting, .. all.Select(r => r.Decided)]);
        await await Task.WhenAny(ready, FirstFailureAsync(all)).WaitAsync(cancellation);
        return [.. all.Where(HasFailed)];
    }

    /// <summary>Follows a changed file.</summary>
    /// <returns>What was done, in words.</returns>
    public async Task<IReadOnlyList<string>> ChangeAsync(AppDefinition definition, MeshPlan plan, CancellationToken cancellation)
    {
        var done = new List<string>();
        var wanted = plan.Workloads.SelectMany(w => w.Replicas.Select(r => (Workload: w, Replica: r))).ToList();

        // First of all what is no longer allowed ends, whatever takes longer below. What is new waits until sidecars have addresses for it.
        TopologyDocuments.Write(PlanChange.WithoutNews(plan, Plan), context.State.Topology);
        (Definition, Plan) = (definition, plan);
        foreach (var gone in Replicas.Where(r => wanted.All(w => w.Replica.Name != r.Plan.Name)))
        {
            await gone.StopAsync();
            lock (_gate)
            {
                _replicas.Remove(gone);
            }

            gone.Dispose();
            done.Add($"{gone.Plan.Name} is stopped");
        }

        var added = new List<ReplicaRunner>();
        foreach (var (workload, replica) in wanted)
        {
            if (Replicas.FirstOrDefault(r => r.Plan.Name == replica.Name) is not { } running)
            {
                added.Add(Add(definition, workload, replica));
                done.Add($"{replica.Name} is started");
                continue;
            }

            var service = definition.Services.First(s => s.Id == workload.Service.Id);
            var token = await TokenForAsync(service.Id, cancellation);
            if (await running.ChangeAsync(service, workload, replica, _access!, token))
            {
                done.Add($"{replica.Name}'s sidecar is restarted");
            }
        }

        TopologyDocuments.Write(plan, context.State.Topology);
        await StartSidecarsAsync(added, cancellation);
        foreach (var replica in Replicas.Except(added))
        {
            if (await replica.ChangeAppAsync(cancellation))
            {
                done.Add($"{replica.Plan.Name} is restarted");
            }
        }

        foreach (var replica in added)
        {
            StartApp(replica, cancellation);
        }

        return done;
    }

    /// <summary>Stops the apps, then the sidecars: what runs may still call.</summary>
    public async Task StopAsync()
    {
        await Task.WhenAll(Replicas.Select(r => r.App.StopAsync(TimeSpan.FromSeconds(10))));
        await Task.WhenAll(Replicas.Select(r => r.StopSidecarAsync()));
    }

    /// <summary>Ends all at once.</summary>
    public void Kill()
    {
        foreach (var replica in Replicas)
        {
            replica.Kill();
        }

        controlPlane.Process.Kill();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var replica in Replicas)
        {
            replica.Dispose();
        }
    }

    private static bool HasFailed(ReplicaRunner replica) => Failed(replica.App) || Failed(replica.Sidecar);

    private static bool Failed(Supervisor process) => process.Ended is { IsCompletedSuccessfully: true } ended && ended.GetAwaiter().GetResult() == ProcessEnd.Failed;

    private static async Task FirstFailureAsync(IEnumerable<ReplicaRunner> replicas)
    {
        var ends = replicas.SelectMany(r => new[] { r.App.Ended, r.Sidecar.Ended }).ToList();
        while (ends.Count > 0)
        {
            var end = await Task.WhenAny(ends);
            if (await end == ProcessEnd.Failed)
            {
                return;
            }

            ends.Remove(end);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
    }

    private ReplicaRunner Add(AppDefinition definition, PlannedWorkload workload, PlannedReplica replica)
    {
        var runner = new ReplicaRunner(context, definition.Services.First(s => s.Id == workload.Service.Id), workload, replica);
        context.Launcher.Printer.Expect(runner.App.Name);
        lock (_gate)
        {
            _replicas.Add(runner);
        }

        _ = WhenAbsentAsync(runner);
        return runner;
    }

    private void StartApp(ReplicaRunner replica, CancellationToken cancellation)
    {
        var callees = Plan.Edges.Where(e => e.Caller == replica.Definition.Id).Select(e => e.Callee).ToHashSet();
        _starting.Add(replica.StartAppAsync([.. Replicas.Where(r => callees.Contains(r.Definition.Id))], cancellation));
    }

    private async Task StartSidecarsAsync(IEnumerable<ReplicaRunner> replicas, CancellationToken cancellation)
    {
        foreach (var replica in replicas)
        {
            var token = await TokenForAsync(replica.Definition.Id, cancellation);

            // What declined meanwhile needs no sidecar.
            if (!replica.IsAbsent)
            {
                replica.StartSidecar(_access!, token);
            }
        }
    }

    private async Task<string> TokenForAsync(ServiceId service, CancellationToken cancellation)
    {
        if (!_tokens.TryGetValue(service, out var token))
        {
            token = _tokens[service] = await controlPlane.TokenForAsync(service, cancellation);
        }

        return token;
    }

    private async Task WhenAbsentAsync(ReplicaRunner replica)
    {
        if (await replica.App.Ended == ProcessEnd.Declined)
        {
            context.Launcher.Printer.Say($"optional {replica.Definition.Id.Name} {replica.App.Failure}\nWho uses it starts without its address.");
            await replica.StopSidecarAsync();
        }
    }
}
