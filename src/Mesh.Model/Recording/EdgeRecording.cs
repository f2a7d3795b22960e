namespace Mesh.Model.Recording;

/// <summary>What one caller asked of one port. Bounded: where there is no more room, paths fold into each other, and what then still has no place is only counted. Not safe for several threads.</summary>
/// <param name="caller">The caller's SPIFFE id.</param>
/// <param name="port">The port that was called.</param>
public sealed class EdgeRecording(string caller, string port)
{
    /// <summary>The most operations of an edge.</summary>
    public const int MostOperations = 128;

    /// <summary>From how many alternatives on an element of a path counts as an id, whatever it looks like.</summary>
    public const int MostAlternatives = 24;

    private readonly Dictionary<OperationKey, OperationCount> _operations = [];
    private readonly List<string[]> _folded = [];
    private bool _isFull;

    /// <summary>The caller's SPIFFE id.</summary>
    public string Caller => caller;

    /// <summary>The port that was called.</summary>
    public string Port => port;

    /// <summary>What was asked for. Ports without requests have none.</summary>
    public IReadOnlyDictionary<OperationKey, OperationCount> Operations => _operations;

    /// <summary>Connections to a port without requests.</summary>
    public long Connections { get; set; }

    /// <summary>Requests and connections that the sidecar refused: they are in nothing else here.</summary>
    public long Refused { get; set; }

    /// <summary>Requests whose path apps read in more than one way: where a permission names paths they are refused.</summary>
    public long Ambiguous { get; set; }

    /// <summary>Requests for which there was no room.</summary>
    public long Unlisted { get; set; }

    /// <summary>Adds to an operation.</summary>
    /// <param name="key">The operation.</param>
    /// <param name="count">What to add.</param>
    public void Add(OperationKey key, OperationCount count)
    {
        if (Find(key) is { } known)
        {
            known.Add(count);
        }
        else
        {
            Unlisted += count.Total;
        }
    }

    /// <summary>Adds what another saw of the same edge.</summary>
    public void Add(EdgeRecording other)
    {
        Connections += other.Connections;
        Refused += other.Refused;
        Ambiguous += other.Ambiguous;
        Unlisted += other.Unlisted;
        foreach (var (key, count) in other._operations)
        {
            Add(key, count);
        }
    }

    /// <summary>What an operation is counted under.</summary>
    /// <returns><see langword="null"/>: there is no room for it.</returns>
    public OperationCount? Find(OperationKey key)
    {
        key = Folded(key);
        if (_operations.TryGetValue(key, out var known))
        {
            return known;
        }

        if (_operations.Count >= MostOperations && !_isFull)
        {
            Fold([key]);
            key = Folded(key);

            // What does not fold now folds at no other time: it is not tried with each request.
            _isFull = _operations.Count >= MostOperations;
        }

        return _operations.TryGetValue(key, out known) ? known : _isFull ? null : _operations[key] = new OperationCount();
    }

    /// <summary>Folds paths that differ in an element with too many alternatives.</summary>
    public void Fold() => Fold([]);

    private void Fold(IEnumerable<OperationKey> also)
    {
        var folded = PathTemplate.Fold(_operations.Keys.Concat(also).Where(key => !key.IsGrpc).Select(key => key.Template), MostAlternatives);
        foreach (var template in folded.Where(f => f.Key != f.Value).Select(f => f.Value).Distinct(StringComparer.Ordinal))
        {
            _folded.Add(template.Split('/'));
        }

        foreach (var (key, count) in _operations.Where(o => !o.Key.IsGrpc && folded[o.Key.Template] != o.Key.Template).ToArray())
        {
            _operations.Remove(key);
            var into = key with { Template = folded[key.Template] };
            if (_operations.TryGetValue(into, out var known))
            {
                known.Add(count);
            }
            else
            {
                _operations[into] = count;
            }
        }
    }

    // "/a/x" belongs to "/a/{}" once that has taken in its like.
    private OperationKey Folded(OperationKey key)
    {
        if (_folded.Count == 0 || key.IsGrpc)
        {
            return key;
        }

        var elements = key.Template.Split('/');
        var into = _folded.Find(template => template.Length == elements.Length && !template.Where((e, i) => e != elements[i] && e != PathTemplate.Any).Any());
        return into is null ? key : key with { Template = string.Join('/', into) };
    }
}
