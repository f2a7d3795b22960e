using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Discovery;
using Mesh.ControlPlane.Kubernetes.Documents;
using Mesh.ControlPlane.Kubernetes.Leading;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.ControlPlane.Store;
using Mesh.Model.Resources;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Xds.Server;

namespace Mesh.ControlPlane.Kubernetes.Status;

/// <summary>Writes to each custom resource whether it was accepted and how many of the sidecars that it concerns have it in force. Changes of half a second are written once.</summary>
internal sealed partial class StatusWriter(
    KubernetesApi api,
    CustomResourceWatcher resources,
    ConfigurationStore store,
    MeshCompiler compiler,
    ProxyDirectory proxies,
    IReplicaSource replicas,
    IPeerStreams peers,
    StreamRegistry streams,
    TimeProvider time,
    ILogger<StatusWriter> logger) : ILeaderWork
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    // While sidecars of other replicas have not said yes yet: nobody tells when they do.
    private static readonly TimeSpan WhilePending = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Otherwise = TimeSpan.FromMinutes(1);

    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <inheritdoc />
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        resources.Changed += Signal;
        replicas.Changed += OnReplicas;
        compiler.Published += OnPublished;
        streams.Changed += OnStream;
        streams.Closed += OnStream;
        try
        {
            while (true)
            {
                var pending = await WriteAllAsync(cancellationToken);
                await WaitAsync(pending ? WhilePending : Otherwise, cancellationToken);
                await Task.Delay(Quiet, time, cancellationToken);
                _signals.Reader.TryRead(out _);
            }
        }
        finally
        {
            resources.Changed -= Signal;
            replicas.Changed -= OnReplicas;
            compiler.Published -= OnPublished;
            streams.Changed -= OnStream;
            streams.Closed -= OnStream;
        }
    }

    private void Signal() => _signals.Writer.TryWrite(true);

    private void OnReplicas(ImmutableArray<ServiceId> services) => Signal();

    private void OnPublished(ServiceId service, ProxySnapshot? before, ProxySnapshot after) => Signal();

    private void OnStream(StreamStatus stream) => Signal();

    private async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await _signals.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time to look again.
        }
    }

    /// <returns>Whether something may be otherwise soon without anybody saying so.</returns>
    private async Task<bool> WriteAllAsync(CancellationToken cancellationToken)
    {
        var all = resources.Current;
        if (compiler.Current is not { } state || !ReferenceEquals(state.Stored, store.Current) || !resources.IsHandedOver || !replicas.IsComplete)
        {
            return true;
        }

        if (proxies.Proxies.Any(p => p.Registered is { Draining: false } && !p.IsCurrent))
        {
            await peers.RefreshAsync(cancellationToken);
        }

        var known = proxies.Proxies.Where(p => p.Registered is { Draining: false }).ToLookup(p => p.Service);
        var concerned = Concern.Of(state);
        var pending = false;
        foreach (var resource in all)
        {
            var services = concerned.GetValueOrDefault(resource.Key, []);
            var of = services.SelectMany(s => known[s]).ToArray();
            var status = ResourceStatus.Of(resource, state, services, of.Length, of.Count(p => p.IsCurrent), time.GetUtcNow(), Refusals(of));
            pending |= of.Any(p => !p.IsCurrent);
            pending |= status is not null && !await TryWriteAsync(resource, status, cancellationToken);
        }

        return pending;
    }

    // What a sidecar says no to is most often newer than it.
    private static string[] Refusals(IEnumerable<ProxyView> proxies) =>
        [.. proxies.SelectMany(p => p.Errors.Select(error => $"{p.Replica} ({p.Stream!.UserAgent}) refuses {error}"))];

    private async Task<bool> TryWriteAsync(CustomResource resource, JsonObject status, CancellationToken cancellationToken)
    {
        try
        {
            await api.PatchAsync($"{resource.Path.Object(resource.Key.Name)}/status", new() { ["status"] = status }, cancellationToken);
            return true;
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            // Deleted in the meantime.
            return true;
        }
        catch (KubernetesException e)
        {
            Log.StatusNotWritten(logger, resource.Key, e.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2680, LogLevel.Warning, "The status of {Key} could not be written, it is tried again: {Reason}", EventName = nameof(StatusNotWritten))]
        public static partial void StatusNotWritten(ILogger logger, ResourceKey key, string reason);
    }
}
