using System.Collections.Immutable;
using System.Text.Json;
using Mesh.Model.Bootstrap;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Store;

/// <summary>
/// Names of the replicas that were registered when the last process ended. Until they are back, or have had the time to, their endpoints are not spoken of: a restarted control plane
/// that knows one replica of two must not take the other one from everybody.
/// </summary>
internal sealed class ExpectedReplicas
{
    private const string FileName = "replicas.json";
    private const char Separator = '#';

    private readonly StateDirectory _state;
    private readonly bool _counts;
    private readonly ILookup<string, string> _byService;
    private ImmutableSortedSet<string> _saved;
    private ImmutableSortedDictionary<ServiceId, ImmutableArray<string>> _there = ImmutableSortedDictionary<ServiceId, ImmutableArray<string>>.Empty;
    private bool _isChanged = true;

    public ExpectedReplicas(StateDirectory state, ControlPlaneSettings settings)
    {
        _state = state;

        // Who does not notice the restart by itself does so at its next heartbeat, a third of the lease later at most.
        Patience = TimeSpan.FromSeconds(3 + (settings.LeaseSeconds / 3.0));

        // A cluster says itself who is there.
        _counts = settings.Kubernetes is null;
        _saved = _counts ? Load(state) : [];
        Names = _saved;
        _byService = Names.ToLookup(name => name.Split(Separator)[0], StringComparer.Ordinal);
    }

    /// <summary>How long they may take to come back. Sidecars that are well are back within two seconds, and then it ends.</summary>
    public TimeSpan Patience { get; }

    /// <summary>Who was there, <c>namespace/service#replica</c>.</summary>
    public ImmutableSortedSet<string> Names { get; }

    /// <summary>How a replica is named in it.</summary>
    public static string NameOf(RegisteredReplica replica) => $"{replica.Replica.Service}{Separator}{replica.Replica.Name}";

    /// <summary>Whether all replicas of a service are there that were there before.</summary>
    public bool AreBack(ServiceId service, ImmutableArray<RegisteredReplica> there)
    {
        var expected = _byService[service.ToString()];
        return !expected.Any() || !expected.Except(there.Select(NameOf), StringComparer.Ordinal).Any();
    }

    /// <summary>Takes note of who is there now of a service.</summary>
    public void Note(ServiceId service, ImmutableArray<RegisteredReplica> there)
    {
        if (_counts && !_there.GetValueOrDefault(service, []).SequenceEqual(there.Select(r => r.Replica.Name), StringComparer.Ordinal))
        {
            _there = there.IsEmpty ? _there.Remove(service) : _there.SetItem(service, [.. there.Select(r => r.Replica.Name)]);
            _isChanged = true;
        }
    }

    /// <summary>Writes down who is there now, unless just that is written.</summary>
    public void Save()
    {
        if (!_counts || !_isChanged)
        {
            return;
        }

        var now = _there.SelectMany(service => service.Value.Select(name => $"{service.Key}{Separator}{name}")).ToImmutableSortedSet(StringComparer.Ordinal);
        if (!now.SetEquals(_saved))
        {
            _state.Write(FileName, JsonSerializer.SerializeToUtf8Bytes(now));
            _saved = now;
        }

        _isChanged = false;
    }

    private static ImmutableSortedSet<string> Load(StateDirectory state)
    {
        try
        {
            var names = state.TryRead(FileName) is { } bytes ? JsonSerializer.Deserialize<string[]>(bytes) : null;
            return ImmutableSortedSet.CreateRange(StringComparer.Ordinal, names ?? []);
        }
        catch (JsonException)
        {
            // It only makes a restart smoother.
            return ImmutableSortedSet.Create<string>(StringComparer.Ordinal);
        }
    }
}
