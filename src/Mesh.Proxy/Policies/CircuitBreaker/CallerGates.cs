using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Proxy.Policies.CircuitBreaker;

/// <summary>The gates of one configuration. Those whose limit is as it was are taken over, with who is inside; mesh door and front door of a port share theirs.</summary>
internal sealed class CallerGates(CallerGates? previous)
{
    private readonly Dictionary<(string Port, AppProtocol Protocol, ConcurrencyLimit Limit), CallerGate> _gates = [];

    // The gates, and not what has them: that would hold the configuration before it, and so on back to the first.
    private readonly Dictionary<(string Port, AppProtocol Protocol, ConcurrencyLimit Limit), CallerGate>? _before = previous?._gates;

    /// <summary>All of them, by port.</summary>
    public IEnumerable<(string Port, CallerGate Gate)> All => _gates.Select(entry => (entry.Key.Port, entry.Value));

    /// <summary>The gates of a port, in their order.</summary>
    public ImmutableArray<CallerGate> Of(string port, AppProtocol protocol, ImmutableArray<ConcurrencyLimit> limits) => limits.IsEmpty ? [] : [.. limits.Select(limit => Of((port, protocol, limit)))];

    private CallerGate Of((string Port, AppProtocol Protocol, ConcurrencyLimit Limit) key) =>
        _gates.TryGetValue(key, out var known) ? known : _gates[key] = _before?.GetValueOrDefault(key) ?? new CallerGate(key.Limit, key.Protocol);
}
