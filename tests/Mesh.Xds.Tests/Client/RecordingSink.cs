using System.Collections.Immutable;
using Mesh.Model.Recording;
using Mesh.Model.Snapshots;
using Mesh.Xds.Client;

namespace Mesh.Xds.Tests.Client;

/// <summary>Remembers what it was given, in order, and lets a test wait for it.</summary>
internal sealed class RecordingSink : IConfigurationSink
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ImmutableList<string> Calls { get; private set; } = [];

    public ProxySnapshot? Snapshot { get; private set; }

    public DoorPermissions? Permissions { get; private set; }

    public ImmutableDictionary<string, EndpointSet> Endpoints { get; private set; } = ImmutableDictionary<string, EndpointSet>.Empty;

    public void OnPermissions(DoorPermissions permissions) => Note("permissions", () => Permissions = permissions);

    public void OnEndpoints(ImmutableArray<EndpointSet> changed) => Note(
        $"endpoints {string.Join(' ', changed.Select(set => set.Cluster))}", () => Endpoints = Endpoints.SetItems(changed.Select(set => KeyValuePair.Create(set.Cluster, set))));

    public ImmutableArray<FaultRule> Faults { get; private set; } = [];

    public void OnFaults(ImmutableArray<FaultRule> faults) => Note("faults", () => Faults = faults);

    public RecordingOrder? Recording { get; private set; }

    public void OnRecording(RecordingOrder? order) => Note("recording", () => Recording = order);

    public void OnSnapshot(ProxySnapshot snapshot) => Note("snapshot", () => Snapshot = snapshot);

    public async Task UntilAsync(Func<RecordingSink, bool> condition)
    {
        while (true)
        {
            Task called;
            lock (_lock)
            {
                if (condition(this))
                {
                    return;
                }

                called = _called.Task;
            }

            await called.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }
    }

    private void Note(string call, Action apply)
    {
        TaskCompletionSource called;
        lock (_lock)
        {
            apply();
            Calls = Calls.Add(call);
            called = _called;
            _called = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        called.SetResult();
    }
}
