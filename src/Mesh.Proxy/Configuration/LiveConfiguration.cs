using System.Collections.Frozen;
using System.Collections.Immutable;
using Mesh.Model.Recording;
using Mesh.Model.Snapshots;
using Mesh.Xds.Client;

namespace Mesh.Proxy.Configuration;

/// <summary>Puts together what the control plane says one by one. The ADS client calls from one task at a time.</summary>
internal sealed partial class LiveConfiguration(ILogger<LiveConfiguration> logger) : ILiveConfiguration, IConfigurationSink
{
    private ImmutableDictionary<string, EndpointSet> _endpoints = ImmutableDictionary<string, EndpointSet>.Empty;
    private DoorPermissions _permissions = DoorPermissions.Nobody;
    private volatile ProxyConfiguration? _current;

    /// <inheritdoc />
    public event Action? Changed;

    /// <inheritdoc />
    public event Action? FaultsChanged;

    /// <inheritdoc />
    public event Action? RecordingChanged;

    /// <inheritdoc />
    public ProxyConfiguration? Current => _current;

    /// <inheritdoc />
    public RecordingOrder? Recording { get; private set; }

    /// <inheritdoc />
    public ImmutableArray<FaultRule> Faults { get; private set; } = [];

    /// <inheritdoc />
    public void OnFaults(ImmutableArray<FaultRule> faults)
    {
        Faults = faults;
        FaultsChanged?.Invoke();
    }

    /// <inheritdoc />
    public void OnRecording(RecordingOrder? order)
    {
        Recording = order;
        RecordingChanged?.Invoke();
    }

    /// <inheritdoc />
    public void OnPermissions(DoorPermissions permissions)
    {
        _permissions = permissions;
        if (_current is { } current)
        {
            Log.PermissionsLive(logger, permissions.MeshDoor.Count, permissions.FrontDoors.Count);
            Publish(current with
            {
                Generation = current.Generation + 1,
                InboundPermissions = permissions.MeshDoor.ToFrozenDictionary(StringComparer.Ordinal),
                FrontDoorPermissions = permissions.FrontDoors.ToFrozenDictionary(StringComparer.Ordinal),
            });
        }
    }

    /// <inheritdoc />
    public void OnEndpoints(ImmutableArray<EndpointSet> changed)
    {
        _endpoints = _endpoints.SetItems(changed.Select(set => KeyValuePair.Create(set.Cluster, set)));
        if (logger.IsEnabled(LogLevel.Debug))
        {
            foreach (var set in changed)
            {
                Log.EndpointsLive(logger, set.Cluster, set.Endpoints.Length);
            }
        }

        if (_current is { } current)
        {
            Publish(current with { Generation = current.Generation + 1, Endpoints = Frozen(_endpoints) });
        }
    }

    /// <inheritdoc />
    public void OnSnapshot(ProxySnapshot snapshot)
    {
        var clusters = snapshot.Clusters.Select(cluster => cluster.Name).ToHashSet(StringComparer.Ordinal);
        _endpoints = _endpoints.RemoveRange(_endpoints.Keys.Where(name => !clusters.Contains(name)));
        var generation = (_current?.Generation ?? 0) + 1;
        Publish(new ProxyConfiguration
        {
            Generation = generation,
            Snapshot = snapshot,
            Endpoints = Frozen(_endpoints),
            InboundPermissions = _permissions.MeshDoor.ToFrozenDictionary(StringComparer.Ordinal),
            FrontDoorPermissions = _permissions.FrontDoors.ToFrozenDictionary(StringComparer.Ordinal),
        });
        Log.SnapshotLive(logger, generation, snapshot.Outbound.Length, snapshot.Inbound.Length, snapshot.FrontDoors.Length, snapshot.Clusters.Length);
    }

    private static FrozenDictionary<string, EndpointSet> Frozen(ImmutableDictionary<string, EndpointSet> endpoints) => endpoints.ToFrozenDictionary(StringComparer.Ordinal);

    private void Publish(ProxyConfiguration configuration)
    {
        _current = configuration;
        Changed?.Invoke();
    }

    private static partial class Log
    {
        [LoggerMessage(3700, LogLevel.Information, "Configuration {Generation} is live: {Outbound} outbound listeners, {Inbound} inbound ports, {FrontDoors} front doors, {Clusters} clusters.", EventName = nameof(SnapshotLive))]
        public static partial void SnapshotLive(ILogger logger, long generation, int outbound, int inbound, int frontDoors, int clusters);

        [LoggerMessage(3701, LogLevel.Information, "New permissions are live, for {Inbound} inbound ports and {FrontDoors} front doors.", EventName = nameof(PermissionsLive))]
        public static partial void PermissionsLive(ILogger logger, int inbound, int frontDoors);

        [LoggerMessage(3702, LogLevel.Debug, "{Cluster} has {Count} ready replicas.", EventName = nameof(EndpointsLive))]
        public static partial void EndpointsLive(ILogger logger, string cluster, int count);
    }
}
