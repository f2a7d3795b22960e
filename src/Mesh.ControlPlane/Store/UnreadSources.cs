using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Mesh.ControlPlane.Store;

/// <summary>What has to be read before anything may be served and could not be so far: readiness names it, so that whoever waits for a control plane sees for what it waits.</summary>
internal sealed class UnreadSources
{
    private readonly ConcurrentDictionary<string, string> _reasons = new(StringComparer.Ordinal);

    /// <summary>A line for each: what, why not, and what to do about it.</summary>
    public ImmutableArray<string> Lines => [.. _reasons.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => $"{r.Key}: {r.Value}")];

    /// <summary>It could not be read.</summary>
    /// <param name="what">What it is.</param>
    /// <param name="reason">Why not, and what to do about it. Whoever can reach the API reads it.</param>
    public void Add(string what, string reason) => _reasons[what] = reason;

    /// <summary>It was read.</summary>
    public void Remove(string what) => _reasons.TryRemove(what, out _);
}
