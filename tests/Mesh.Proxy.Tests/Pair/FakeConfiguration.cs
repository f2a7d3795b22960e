using System.Collections.Frozen;
using System.Collections.Immutable;
using Mesh.Model.Recording;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Configuration;

namespace Mesh.Proxy.Tests.Pair;

/// <summary>A configuration that a test changes.</summary>
internal sealed class FakeConfiguration : ILiveConfiguration
{
    private ProxyConfiguration? _current;
    private long _generation;
    private int _recordingReads;

    public event Action? Changed;

    public event Action? FaultsChanged;

    public event Action? RecordingChanged;

    public RecordingOrder? Recording
    {
        get
        {
            Interlocked.Increment(ref _recordingReads);
            return field;
        }

        private set;
    }

    /// <summary>How often somebody asked whether there is a recording.</summary>
    public int RecordingReads => Volatile.Read(ref _recordingReads);

    /// <summary>Tells that somebody records, or that nobody does any more.</summary>
    public void Apply(RecordingOrder? order)
    {
        Recording = order;
        RecordingChanged?.Invoke();
    }

    public ImmutableArray<FaultRule> Faults { get; private set; } = [];

    public ProxyConfiguration? Current => Volatile.Read(ref _current);

    /// <summary>Tells of faults, in place of those before.</summary>
    public void Apply(params ImmutableArray<FaultRule> faults)
    {
        Faults = faults;
        FaultsChanged?.Invoke();
    }

    /// <summary>Puts a snapshot in force, with the permissions that are in it.</summary>
    public void Apply(ProxySnapshot snapshot, IEnumerable<EndpointSet> endpoints)
    {
        Volatile.Write(ref _current, new ProxyConfiguration
        {
            Generation = ++_generation,
            Snapshot = snapshot,
            Endpoints = endpoints.ToFrozenDictionary(e => e.Cluster),
            InboundPermissions = snapshot.Inbound.ToFrozenDictionary(p => p.Port.Port, p => p.Permissions),
            FrontDoorPermissions = snapshot.FrontDoors.ToFrozenDictionary(p => p.Port.Port, p => p.Permissions),
        });
        Changed?.Invoke();
    }
}
