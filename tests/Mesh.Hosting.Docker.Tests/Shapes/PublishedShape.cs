using Mesh.Hosting.Docker.Tests.Compose;
using Mesh.Hosting.Kubernetes.Tests.Shapes;
using Mesh.Model.Policies;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Docker.Tests.Shapes;

/// <summary>The mesh that is read back out of a published Compose file, without addresses, as lines: the same as those of <see cref="PlannedShape"/>.</summary>
internal static class PublishedShape
{
    public static SortedSet<string> Of(ComposeProject compose)
    {
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var document in compose.Documents())
        {
            if (document is ServiceResource service)
            {
                lines.UnionWith(service.Ports.Select(p => $"{service.Metadata.Name} serves {p.Name} {p.Protocol.ToWord()}"));
                lines.UnionWith(service.Uses.Select(u => $"{service.Metadata.Name} may call {u}"));
            }
            else if (document is Policy policy)
            {
                lines.Add($"{policy.Kind} {policy.Metadata.Name} says {MeshShapes.OneLine(ResourceWriter.Write(policy)["spec"]!)}");
            }
        }

        foreach (var (app, sidecar) in compose.Project.Services.Where(s => s.Value.NetworkMode is not null).Select(s => (s.Value, s.Value.NetworkMode!["service:".Length..])))
        {
            Add(compose, app, sidecar, lines);
        }

        return lines;
    }

    private static void Add(ComposeProject compose, ComposeSpec.Service app, string sidecar, SortedSet<string> lines)
    {
        var bootstrap = compose.Bootstrap(sidecar);
        var name = bootstrap.Service.Split('/')[1];
        Assert.False(bootstrap.DeveloperIdentity || bootstrap.PeerProcessCheck);

        // Whose volume it is, that service it is: the control plane writes the token of the service that the sidecar calls itself.
        var identity = compose[sidecar].Volumes.Single(v => v.Target == Path.GetDirectoryName(bootstrap.TokenFile)).Source;
        var directory = compose["mesh-control-plane"].Volumes.Single(v => v.Source == identity).Target;
        Assert.Equal(bootstrap.Service, compose.Settings().Identities.Single(i => i.Directory == directory).Service);
        Assert.Equal(bootstrap.TrustDomain, compose.Settings().TrustDomain);

        lines.Add($"{name}: spiffe://{bootstrap.TrustDomain}/ns/{bootstrap.Service.Split('/')[0]}/sa/{name}");
        lines.UnionWith(bootstrap.Applications.Keys.Select(p => $"{name} has its app at {p}"));
        foreach (var (listener, address) in bootstrap.Listeners)
        {
            if (listener.StartsWith(ResourceNames.FrontDoor(""), StringComparison.Ordinal))
            {
                lines.Add($"{name} has the front door {listener[ResourceNames.FrontDoor("").Length..]}");
                Assert.Contains(compose[sidecar].Ports, p => p.Split(':')[^1] == address.Split(':')[1]);
            }
            else
            {
                lines.Add($"{name} listens {listener}");
            }
        }

        foreach (var (variable, value) in app.Environment)
        {
            if (MeshShapes.Upstreams(value, bootstrap.Listeners) is { } shape)
            {
                lines.Add($"{name} reads {variable}={shape}");
            }
        }
    }
}
