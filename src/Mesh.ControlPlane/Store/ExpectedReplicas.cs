using System.Collections.Immutable;
using System.Text.Json;
using Mesh.Model.Bootstrap;

namespace Mesh.ControlPlane.Store;

/// <summary>
/// Names of the replicas that were registered when the last process ended. Until they are back, or have had the time to, their endpoints are not spoken of: a restarted control plane
/// that knows one replica of two must not take the other one from everybody.
/// </summary>
internal sealed class ExpectedReplicas
{
    private const string FileName = "replicas.json";

    private readonly StateDirectory _state;
    private readonly bool _counts;
    private ImmutableSortedSet<string> _saved;

    public ExpectedReplicas(StateDirectory state, ControlPlaneSettings settings)
    {
        _state = state;

        // Who does not notice the restart by itself does so at its next heartbeat, a third of the lease later at most.
        Patience = TimeSpan.FromSeconds(3 + (settings.LeaseSeconds / 3.0));

        // A cluster says itself who is there.
        _counts = settings.Kubernetes is null;
        _saved = _counts ? Load(state) : [];
        Names = _saved;
    }

    /// <summary>How long they may take to come back. Sidecars that are well are back within two seconds, and then it ends.</summary>
    public TimeSpan Patience { get; }

    /// <summary>Who was there, <c>namespace/service#replica</c>.</summary>
    public ImmutableSortedSet<string> Names { get; }

    /// <summary>How a replica is named in it.</summary>
    public static string NameOf(RegisteredReplica replica) => $"{replica.Replica.Service}#{replica.Replica.Name}";

    /// <summary>Writes down who is there now.</summary>
    public void Save(IEnumerable<RegisteredReplica> replicas)
    {
        var now = replicas.Select(NameOf).ToImmutableSortedSet(StringComparer.Ordinal);
        if (_counts && !now.SetEquals(_saved))
        {
            _state.Write(FileName, JsonSerializer.SerializeToUtf8Bytes(now));
            _saved = now;
        }
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
