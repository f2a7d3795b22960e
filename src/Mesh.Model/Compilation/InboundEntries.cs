using System.Collections.Immutable;
using Mesh.Model.Policies;
using Mesh.Model.Resources;
using Mesh.Model.Topology;

namespace Mesh.Model.Compilation;

/// <summary>The entries of <c>rules</c> of all policies of a kind: tells which of them concern a port.</summary>
internal sealed class InboundEntries<T>
{
    // By the one service that a policy names, as in OutboundEntries.
    private readonly Dictionary<(string Namespace, string? Name), List<Entry>> _entries = [];

    /// <summary>Adds a policy's entries in the order of the document.</summary>
    public void Add(Policy policy, IEnumerable<T> entries)
    {
        var target = policy.TargetRef;
        var named = target.Name is null ? ("", null) : (target.Namespace ?? policy.Metadata.Namespace, target.Name);
        var list = _entries.TryGetValue(named, out var known) ? known : _entries[named] = [];
        var i = 0;
        foreach (var content in entries)
        {
            list.Add(new Entry(policy, content, policy.OriginAt((DeclaredResource.SpecPath / "rules")[i]), i));
            i++;
        }
    }

    /// <summary>What concerns this port, the entry to hear last.</summary>
    public ImmutableArray<Layer<T>> For(Service service, string port)
    {
        var found = new List<Layer<T>>();
        Collect(("", null));
        Collect((service.Id.Namespace, service.Id.Name));
        return found.Count == 0 ? [] : [.. found.OrderBy(l => l.Rank)];

        void Collect((string Namespace, string? Name) named)
        {
            foreach (var entry in _entries.TryGetValue(named, out var entries) ? entries : [])
            {
                // Who may be called how is for the owner of the service and the system to say, nobody else.
                var space = entry.Policy.Metadata.Namespace;
                var target = entry.Policy.TargetRef;
                var role = space == Policy.SystemNamespace ? PolicyRole.System : PolicyRole.Owner;
                if ((role == PolicyRole.System || space == service.Id.Namespace) && target.Selects(service.Id, service.Labels, space) && target.SelectsPort(port))
                {
                    var rank = new PolicyRank(0, target.Specificity, role, entry.Policy.Metadata.Name, space, entry.Index);
                    found.Add(new Layer<T>(entry.Content, entry.Origin, rank));
                }
            }
        }
    }

    private sealed record Entry(Policy Policy, T Content, Origin Origin, int Index);
}
