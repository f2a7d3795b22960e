using System.Collections.Immutable;
using Mesh.Model.Policies;
using Mesh.Model.Resources;
using Mesh.Model.Topology;

namespace Mesh.Model.Compilation;

/// <summary>The entries of <c>rules</c> of all policies of a kind: tells which of them concern a port.</summary>
internal sealed class InboundEntries<T>
{
    private readonly List<(Policy Policy, T Content, Origin Origin, int Index)> _entries = [];

    /// <summary>Adds a policy's entries in the order of the document.</summary>
    public void Add(Policy policy, IEnumerable<T> entries)
    {
        var i = 0;
        foreach (var content in entries)
        {
            _entries.Add((policy, content, policy.OriginAt((MeshResource.SpecPath / "rules")[i]), i));
            i++;
        }
    }

    /// <summary>What concerns this port, the entry to hear last.</summary>
    public ImmutableArray<Layer<T>> For(Service service, string port)
    {
        List<Layer<T>>? found = null;
        foreach (var (policy, content, origin, index) in _entries)
        {
            // Who may be called how is for the owner of the service and the system to say, nobody else.
            var space = policy.Metadata.Namespace;
            var role = space == Policy.SystemNamespace ? PolicyRole.System : PolicyRole.Owner;
            if ((role == PolicyRole.System || space == service.Id.Namespace)
                && policy.TargetRef.Selects(service.Id, service.Labels, space)
                && policy.TargetRef.SelectsPort(port))
            {
                var rank = new PolicyRank(0, policy.TargetRef.Specificity, role, policy.Metadata.Name, space, index);
                (found ??= []).Add(new Layer<T>(content, origin, rank));
            }
        }

        return found is null ? [] : [.. found.OrderBy(l => l.Rank)];
    }
}
