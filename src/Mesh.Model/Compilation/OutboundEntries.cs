using System.Collections.Immutable;
using Mesh.Model.Policies;
using Mesh.Model.Policies.Targeting;
using Mesh.Model.Resources;
using Mesh.Model.Topology;

namespace Mesh.Model.Compilation;

/// <summary>The entries of <c>to</c> of all policies of a kind: tells which of them concern a caller and an upstream.</summary>
internal sealed class OutboundEntries<T>
{
    private readonly List<(Policy Policy, TargetRef To, T Content, Origin Origin, int Index)> _entries = [];

    /// <summary>Adds a policy's entries in the order of the document.</summary>
    public void Add(Policy policy, IEnumerable<(TargetRef To, T Content)> entries)
    {
        var i = 0;
        foreach (var (to, content) in entries)
        {
            _entries.Add((policy, to, content, policy.OriginAt((MeshResource.SpecPath / "to")[i]), i));
            i++;
        }
    }

    /// <summary>What concerns this caller's calls to this upstream, the entry to hear last.</summary>
    public ImmutableArray<Layer<T>> For(Service caller, Upstream upstream)
    {
        List<Layer<T>>? found = null;
        foreach (var (policy, to, content, origin, index) in _entries)
        {
            var space = policy.Metadata.Namespace;
            if (Role(space, to, caller.Id, upstream.Port.Service) is { } role
                && policy.TargetRef.Selects(caller.Id, caller.Labels, space)
                && to.Selects(upstream.Port.Service, upstream.Labels, space)
                && to.SelectsPort(upstream.Port.Port))
            {
                var rank = new PolicyRank(to.Specificity, policy.TargetRef.Specificity, role, policy.Metadata.Name, space, index);
                (found ??= []).Add(new Layer<T>(content, origin, rank));
            }
        }

        return found is null ? [] : [.. found.OrderBy(l => l.Rank)];
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
}
