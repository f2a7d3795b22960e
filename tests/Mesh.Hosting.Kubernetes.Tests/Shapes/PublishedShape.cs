using System.Text.Json;
using k8s.Models;
using Mesh.Hosting.Kubernetes.Tests.Charts;
using Mesh.Model.Bootstrap;
using Mesh.Model.Policies;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Kubernetes.Tests.Shapes;

/// <summary>The mesh that is read back out of a published chart, without addresses, as lines: the same as those of <see cref="PlannedShape"/>.</summary>
internal static class PublishedShape
{
    public static SortedSet<string> Of(RenderedChart chart)
    {
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        var objects = chart.Objects.Select(o => StrictReader.Read(o.Node) ?? CustomObjects.Read(o.Node)).ToList();
        foreach (var service in objects.OfType<ServiceResource>())
        {
            lines.UnionWith(service.Ports.Select(p => $"{service.Metadata.Name} serves {p.Name} {p.Protocol.ToWord()}"));
            lines.UnionWith(service.Uses.Select(u => $"{service.Metadata.Name} may call {u}"));
        }

        foreach (var policy in objects.OfType<Policy>())
        {
            lines.Add($"{policy.Kind} {policy.Metadata.Name} says {MeshShapes.OneLine(ResourceWriter.Write(policy)["spec"]!)}");
        }

        foreach (var (template, replicas) in objects.Select(o => o switch
        {
            V1Deployment d => (d.Spec.Template, d.Spec.Replicas),
            V1StatefulSet s => (s.Spec.Template, s.Spec.Replicas),
            _ => ((V1PodTemplateSpec?)null, (int?)null),
        }))
        {
            if (template?.Metadata.Annotations?.TryGetValue("mesh.dev/bootstrap", out var text) == true)
            {
                Add(template, replicas ?? 1, JsonSerializer.Deserialize(text, BootstrapJson.Default.SidecarBootstrap)!, objects, lines);
            }
        }

        return lines;
    }

    private static void Add(V1PodTemplateSpec pod, int replicas, SidecarBootstrap bootstrap, List<object> objects, SortedSet<string> lines)
    {
        Assert.Single(pod.Spec.InitContainers, c => c.RestartPolicy == "Always");
        Assert.Contains(objects.OfType<V1ServiceAccount>(), a => a.Metadata.Name == pod.Spec.ServiceAccountName);
        var name = pod.Spec.ServiceAccountName;
        Assert.EndsWith($"/{name}", bootstrap.Service, StringComparison.Ordinal);
        Assert.False(bootstrap.DeveloperIdentity || bootstrap.PeerProcessCheck);

        lines.Add($"{name}: spiffe://{bootstrap.TrustDomain}/ns/{bootstrap.Service.Split('/')[0]}/sa/{name} x{replicas}");
        lines.UnionWith(bootstrap.Applications.Keys.Select(p => $"{name} has its app at {p}"));
        foreach (var listener in bootstrap.Listeners.Keys)
        {
            lines.Add(listener.StartsWith(ResourceNames.FrontDoor(""), StringComparison.Ordinal) ? $"{name} has the front door {listener[ResourceNames.FrontDoor("").Length..]}" : $"{name} listens {listener}");
        }

        foreach (var (variable, value) in Environment(pod, objects))
        {
            if (MeshShapes.Upstreams(value, bootstrap.Listeners) is { } shape)
            {
                lines.Add($"{name} reads {variable}={shape}");
            }
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Environment(V1PodTemplateSpec pod, List<object> objects) => pod.Spec.Containers.Single().EnvFrom?
        .SelectMany(e => e.ConfigMapRef is { } map
            ? objects.OfType<V1ConfigMap>().Single(m => m.Metadata.Name == map.Name).Data
            : objects.OfType<V1Secret>().Single(s => s.Metadata.Name == e.SecretRef.Name).StringData) ?? [];
}
