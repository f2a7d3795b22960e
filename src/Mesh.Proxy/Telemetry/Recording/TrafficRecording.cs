using System.Collections.Immutable;
using Mesh.Model.Recording;

namespace Mesh.Proxy.Telemetry.Recording;

/// <summary>What was seen since it was last taken out. Bounded in edges, and each edge in operations.</summary>
/// <param name="id">The recording's id.</param>
internal sealed class TrafficRecording(string id)
{
    /// <summary>The most callers of a port, over all ports.</summary>
    public const int MostEdges = 256;

    private readonly Lock _lock = new();
    private Dictionary<(string Caller, string Port), EdgeRecording> _edges = [];
    private long _unlisted;

    /// <summary>The recording's id.</summary>
    public string Id => id;

    /// <summary>Notes something about an edge.</summary>
    /// <param name="caller">The caller's SPIFFE id.</param>
    /// <param name="port">The port that was called.</param>
    /// <param name="state">What the note is made of.</param>
    /// <param name="note">Makes it. Quick: everybody else waits.</param>
    public void Note<T>(string caller, string port, T state, Action<EdgeRecording, T> note)
    {
        lock (_lock)
        {
            if (!_edges.TryGetValue((caller, port), out var edge))
            {
                if (_edges.Count >= MostEdges)
                {
                    _unlisted++;
                    return;
                }

                _edges[(caller, port)] = edge = new EdgeRecording(caller, port);
            }

            note(edge, state);
        }
    }

    /// <summary>Takes out what was seen since the last time.</summary>
    public (ImmutableArray<EdgeRecording> Edges, long Unlisted) Take()
    {
        lock (_lock)
        {
            var taken = (Edges: _edges.Values.ToImmutableArray(), _unlisted);
            _edges = [];
            _unlisted = 0;
            return taken;
        }
    }

    /// <summary>Puts back what could not be reported.</summary>
    public void PutBack(ImmutableArray<EdgeRecording> edges, long unlisted)
    {
        lock (_lock)
        {
            _unlisted += unlisted;
        }

        foreach (var edge in edges)
        {
            Note(edge.Caller, edge.Port, edge, static (known, seen) => known.Add(seen));
        }
    }
}
