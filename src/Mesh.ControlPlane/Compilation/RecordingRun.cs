using System.Collections.Immutable;
using Mesh.Model.Recording;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Compilation;

/// <summary>One recording and what it saw here. Not safe for several threads.</summary>
/// <param name="state">What is known of it.</param>
/// <param name="isLate">Whether it began before this process did, which knows nothing of what sidecars reported until then.</param>
internal sealed class RecordingRun(RecordingState state, bool isLate)
{
    private readonly Dictionary<(PortRef Callee, string Caller), RecordedEdge> _edges = [];
    private readonly Dictionary<ServiceId, int> _edgesOf = [];
    private readonly Dictionary<ServiceId, HashSet<string>> _finished = [];
    private long _unlisted;

    /// <summary>What is known of it.</summary>
    public RecordingState State { get; set; } = state;

    /// <summary>What sidecars are told.</summary>
    public RecordingOrder Order { get; } = new(state.Id, state.EndsAt);

    /// <summary>How many edges were seen here.</summary>
    public int EdgeCount => _edges.Count;

    /// <summary>Sidecars whose last report was waited for and did not come.</summary>
    public ImmutableArray<(ServiceId Service, string Replica)> Silent { get; set; } = [];

    /// <summary>Done when the next last report came.</summary>
    public TaskCompletionSource Reported { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes what a sidecar saw of the calls of its service.</summary>
    public void Take(ServiceId service, IReadOnlyDictionary<string, AppProtocol> ports, IEnumerable<EdgeRecording> seen, long unlisted)
    {
        _unlisted += unlisted;
        foreach (var edge in seen)
        {
            if (!ports.TryGetValue(edge.Port, out var protocol))
            {
                continue;
            }

            var key = (new PortRef(service, edge.Port), edge.Caller);
            if (!_edges.TryGetValue(key, out var known))
            {
                var ofService = _edgesOf.GetValueOrDefault(service);
                if (_edges.Count >= Recordings.MostEdges || ofService >= Recordings.MostEdgesOfService)
                {
                    _unlisted++;
                    continue;
                }

                _edgesOf[service] = ofService + 1;
                _edges[key] = known = new RecordedEdge(key.Item1, protocol, new EdgeRecording(edge.Caller, edge.Port));
            }

            known.Seen.Add(edge);
        }
    }

    /// <summary>A sidecar has reported for the last time. Names are the sidecar's own to say, so there is room for so many.</summary>
    /// <returns>Who waits for that, to be told; <see langword="null"/>: it was known, or there is no room.</returns>
    public TaskCompletionSource? Finish(ServiceId service, string replica)
    {
        if (!_finished.TryGetValue(service, out var replicas))
        {
            _finished[service] = replicas = new(StringComparer.Ordinal);
        }

        if (replicas.Count >= Recordings.MostFinalOfService || !replicas.Add(replica))
        {
            return null;
        }

        var reported = Reported;
        Reported = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return reported;
    }

    /// <summary>Of these sidecars, those that have not reported for the last time, here or elsewhere.</summary>
    public ImmutableArray<(ServiceId Service, string Replica)> Missing(ImmutableArray<(ServiceId Service, string Replica)> sidecars, IEnumerable<RecordingShare> elsewhere)
    {
        var others = elsewhere.SelectMany(share => share.Finished).ToHashSet();
        return sidecars.RemoveAll(sidecar => others.Contains(sidecar) || (_finished.TryGetValue(sidecar.Service, out var replicas) && replicas.Contains(sidecar.Replica)));
    }

    /// <summary>What was seen here. A copy: reports go on.</summary>
    public RecordingShare Share() => new()
    {
        Edges = [.. _edges.Values.Select(edge => Sum([edge]))],
        Unlisted = _unlisted,
        Finished = [.. _finished.SelectMany(of => of.Value.Select(replica => (of.Key, replica)))],
        Gap = isLate ? "a replica of the control plane began anew meanwhile, and what sidecars had told the one before it is not in it" : null,
    };

    /// <summary>What was seen here and elsewhere.</summary>
    public MeshRecording View(ImmutableArray<RecordingShare> elsewhere)
    {
        var shares = elsewhere.Add(Share());
        return new()
        {
            Id = State.Id,
            By = State.By,
            StartedAt = State.StartedAt,
            EndedAt = State.EndedAt,
            Edges =
            [
                .. shares.SelectMany(share => share.Edges).GroupBy(e => (e.Callee, e.Seen.Caller)).Select(Sum)
                    .OrderBy(e => e.Callee.Service).ThenBy(e => e.Callee.Port, StringComparer.Ordinal).ThenBy(e => e.Seen.Caller, StringComparer.Ordinal),
            ],
            UnlistedEdges = shares.Sum(share => share.Unlisted),
            Silent = [.. Missing(Silent, elsewhere).Select(sidecar => $"{sidecar.Service} {sidecar.Replica}")],
            Gaps = [.. shares.Select(share => share.Gap).OfType<string>().Distinct()],
        };
    }

    private static RecordedEdge Sum(IEnumerable<RecordedEdge> same)
    {
        RecordedEdge? sum = null;
        foreach (var edge in same)
        {
            sum ??= edge with { Seen = new EdgeRecording(edge.Seen.Caller, edge.Seen.Port) };
            sum.Seen.Add(edge.Seen);
        }

        sum!.Seen.Fold();
        return sum;
    }
}
