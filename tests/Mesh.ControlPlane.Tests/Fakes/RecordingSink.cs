using System.Collections.Immutable;
using Mesh.Model.Recording;
using Mesh.Model.Snapshots;
using Mesh.Xds.Client;

namespace Mesh.ControlPlane.Tests.Fakes;

/// <summary>Keeps what a sidecar was told, and wakes who waits for it.</summary>
internal sealed class RecordingSink : IConfigurationSink
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly List<(Func<RecordingSink, bool> Condition, TaskCompletionSource Reached)> _waiting = [];

    public DoorPermissions Permissions { get; private set; } = DoorPermissions.Nobody;

    public ProxySnapshot? Snapshot { get; private set; }

    public List<ProxySnapshot> Snapshots { get; } = [];

    public Dictionary<string, ImmutableArray<Endpoint>> Endpoints { get; } = [];

    /// <summary>Every endpoint set in the order in which it came.</summary>
    public List<EndpointSet> EndpointHistory { get; } = [];

    public void OnPermissions(DoorPermissions permissions) => Change(() => Permissions = permissions);

    public void OnEndpoints(ImmutableArray<EndpointSet> changed) => Change(() =>
    {
        foreach (var set in changed)
        {
            Endpoints[set.Cluster] = set.Endpoints;
            EndpointHistory.Add(set);
        }
    });

    public ImmutableArray<FaultRule> Faults { get; private set; } = [];

    public void OnFaults(ImmutableArray<FaultRule> faults) => Change(() => Faults = faults);

    public RecordingOrder? Recording { get; private set; }

    public void OnRecording(RecordingOrder? order) => Change(() => Recording = order);

    public void OnSnapshot(ProxySnapshot snapshot) => Change(() =>
    {
        Snapshot = snapshot;
        Snapshots.Add(snapshot);
    });

    public Task UntilAsync(Func<RecordingSink, bool> condition)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (condition(this))
            {
                return Task.CompletedTask;
            }

            _waiting.Add((condition, reached));
        }

        return reached.Task.WaitAsync(Deadline, TestContext.Current.CancellationToken);
    }

    private void Change(Action change)
    {
        lock (_lock)
        {
            change();
            foreach (var (_, reached) in _waiting.Where(w => w.Condition(this)))
            {
                reached.TrySetResult();
            }
        }
    }
}
