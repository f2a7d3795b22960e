using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Mesh.Model.Policies;
using Mesh.Model.Policies.Targeting;
using Mesh.Model.Resources;
using Mesh.Model.Topology;

namespace Mesh.Model.Compilation;

/// <summary>The entries of <c>to</c> of all policies of a kind: tells which of them concern a caller and an upstream.</summary>
internal sealed class OutboundEntries<T>
{
    // By the one service that an entry names, so that a mesh with a policy per service does not compare each with each; null: entries that select.
    private readonly Dictionary<(string Namespace, string? Name), List<Entry>> _entries = [];

    private readonly Dictionary<Upstream, List<ImmutableArray<Layer<T>>>> _said = [];

    /// <summary>Adds a policy's entries in the order of the document.</summary>
    public void Add(Policy policy, IEnumerable<(TargetRef To, T Content)> entries)
    {
        var i = 0;
        foreach (var (to, content) in entries)
        {
            var named = to.Name is null ? ("", null) : (to.Namespace ?? policy.Metadata.Namespace, to.Name);
            var list = _entries.TryGetValue(named, out var known) ? known : _entries[named] = [];
            list.Add(new Entry(policy, to, content, policy.OriginAt((DeclaredResource.SpecPath / "to")[i]), i));
            i++;
        }
    }

    /// <summary>What concerns this caller's calls to this upstream, the entry to hear last. The same list for every caller of whom the same is said: lists may be compared by reference.</summary>
    public ImmutableArray<Layer<T>> For(Service caller, Upstream upstream)
    {
        if (_entries.Count == 0)
        {
            return [];
        }

        var callee = upstream.Port.Service;
        var found = new List<Layer<T>>();
        Collect(("", null));
        Collect((callee.Namespace, callee.Name));
        return found.Count == 0 ? [] : Known(upstream, [.. found.OrderBy(l => l.Rank)]);

        void Collect((string Namespace, string? Name) named)
        {
            foreach (var entry in _entries.TryGetValue(named, out var entries) ? entries : [])
            {
                var space = entry.Policy.Metadata.Namespace;
                var proxies = entry.Policy.TargetRef;
                if (Role(space, entry.To, caller.Id, callee) is { } role
                    && proxies.Selects(caller.Id, caller.Labels, space)
                    && entry.To.Selects(callee, upstream.Labels, space)
                    && entry.To.SelectsPort(upstream.Port.Port))
                {
                    var rank = new PolicyRank(entry.To.Specificity, proxies.Specificity, role, entry.Policy.Metadata.Name, space, entry.Index);
                    found.Add(new Layer<T>(entry.Content, entry.Origin, rank));
                }
            }
        }
    }

    private ImmutableArray<Layer<T>> Known(Upstream upstream, ImmutableArray<Layer<T>> layers)
    {
        var said = _said.TryGetValue(upstream, out var lists) ? lists : _said[upstream] = [];
        foreach (var known in said)
        {
            if (known.AsSpan().SequenceEqual(layers.AsSpan(), SameEntry.Instance))
            {
                return known;
            }
        }

        said.Add(layers);
        return layers;
    }

    // A namespace speaks for its own proxies, and for whoever calls its own services; never about others' calls to others.
    private static PolicyRole? Role(string space, TargetRef to, ServiceId caller, ServiceId callee)
    {
        if (space == Policy.SystemNamespace)
        {
            return PolicyRole.System;
        }

        if (space == callee.Namespace && to.Kind != TargetKind.Mesh)
        {
            return PolicyRole.Producer;
        }

        return space == caller.Namespace ? PolicyRole.Owner : null;
    }

    // Each entry has an origin of its own.
    private sealed class SameEntry : IEqualityComparer<Layer<T>>
    {
        public static SameEntry Instance { get; } = new();

        public bool Equals(Layer<T>? x, Layer<T>? y) => ReferenceEquals(x?.Origin, y?.Origin) && x?.Rank == y?.Rank;

        public int GetHashCode(Layer<T> obj) => RuntimeHelpers.GetHashCode(obj.Origin);
    }

    private sealed record Entry(Policy Policy, TargetRef To, T Content, Origin Origin, int Index);
}
