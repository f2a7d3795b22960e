using System.Collections.Immutable;
using System.Diagnostics;
using Mesh.Model.Snapshots;
using Mesh.Xds.Client;

namespace Mesh.Discovery.Benchmarks;

/// <summary>Notes when something arrived.</summary>
internal sealed class TimingSink : IConfigurationSink
{
    private TaskCompletionSource<long> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the first snapshot.</summary>
    public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The time stamp of the next change from now on.</summary>
    public Task<long> Arm()
    {
        _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return _next.Task;
    }

    public void OnPermissions(DoorPermissions permissions)
    {
    }

    public void OnEndpoints(ImmutableArray<EndpointSet> changed) => _next.TrySetResult(Stopwatch.GetTimestamp());

    public void OnSnapshot(ProxySnapshot snapshot)
    {
        _next.TrySetResult(Stopwatch.GetTimestamp());
        if (!snapshot.Outbound.IsEmpty)
        {
            Ready.TrySetResult();
        }
    }
}
