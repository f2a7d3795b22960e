using System.Text.Json.Nodes;
using k8s.Models;
using Mesh.Testing;
using Mesh.Testing.Kubernetes;

namespace Mesh.Hosting.Kubernetes.Tests.Nodes;

/// <summary>The volumes of a pod, as folders: what the kubelet projects into them and how it closes them.</summary>
/// <param name="api">The API server.</param>
/// <param name="folder">A folder for them.</param>
/// <param name="clusterRoots">The roots of the API server's certificate, PEM.</param>
internal sealed class PodVolumes(FakeKubernetes api, string folder, string clusterRoots)
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Enterable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Makes all of them; waits for objects that are not there yet, as the kubelet does.</summary>
    public async Task MakeAsync(V1PodTemplateSpec pod, string ns, string name)
    {
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            var path = Path.Combine(folder, volume.Name);
            Make(path, volume.EmptyDir is null ? Enterable : Enterable | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);
            foreach (var source in volume.Projected?.Sources ?? [])
            {
                foreach (var (file, text) in await ProjectAsync(source, pod, ns, name))
                {
                    Write(Path.Combine(path, file), text);
                }
            }
        }

        if (pod.Spec.AutomountServiceAccountToken != false)
        {
            var path = Path.Combine(folder, "service-account");
            Make(path, Enterable);
            Write(Path.Combine(path, "token"), api.Reviews.Issue($"{ns}/{pod.Spec.ServiceAccountName}", name, "https://kubernetes.default.svc"));
            Write(Path.Combine(path, "ca.crt"), clusterRoots);
            Write(Path.Combine(path, "namespace"), ns);
        }
    }

    /// <summary>Where a container sees them.</summary>
    public IEnumerable<(string Path, string Folder, bool IsReadOnly)> MountsOf(V1Container container, V1PodTemplateSpec pod) =>
    [
        .. (container.VolumeMounts ?? []).Select(m => (m.MountPath, Path.Combine(folder, m.Name), m.ReadOnlyProperty == true)),
        .. pod.Spec.AutomountServiceAccountToken != false ? new[] { ("/var/run/secrets/kubernetes.io/serviceaccount", Path.Combine(folder, "service-account"), true) } : [],
    ];

    private async Task<IEnumerable<(string File, string Text)>> ProjectAsync(V1VolumeProjection source, V1PodTemplateSpec pod, string ns, string name)
    {
        if (source.DownwardAPI is { } downward)
        {
            return downward.Items.Select(i => (i.Path, pod.Metadata.Annotations[i.FieldRef.FieldPath.Split('\'')[1]]));
        }

        if (source.ServiceAccountToken is { } token)
        {
            return [(token.Path, api.Reviews.Issue($"{ns}/{pod.Spec.ServiceAccountName}", name, token.Audience))];
        }

        var map = await Eventually.GetAsync(
            () => Task.FromResult(api.Objects.Find($"api/v1/namespaces/{ns}/configmaps/{source.ConfigMap.Name}")), found => found is not null, Patience, _ => $"ConfigMap {source.ConfigMap.Name} of {ns}");
        return source.ConfigMap.Items.Select(i => (i.Path, (string)((JsonObject)map!["data"]!)[i.Key]!));
    }

    // Whatever the umask of whoever runs the tests.
    private static void Make(string path, UnixFileMode mode)
    {
        Directory.CreateDirectory(path);
        SetMode(path, mode);
    }

    private static void Write(string file, string text)
    {
        File.WriteAllText(file, text);
        SetMode(file, Readable);
    }

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }
}
