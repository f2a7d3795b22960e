using Aspire.Hosting.Docker;
using Mesh.Hosting.Publishing;
using Mesh.Kubernetes.Definitions;
using Mesh.Kubernetes.Installation;

namespace Mesh.Hosting.Docker;

/// <summary>What the mesh's parts of a Compose file are called, and where its containers find what.</summary>
internal sealed class ComposeNames(PublishedMesh mesh)
{
    /// <summary>The folder beside the Compose file that holds what containers mount.</summary>
    public const string Folder = "mesh";

    /// <summary>Where containers of the mesh find their start-up file.</summary>
    public const string Settings = "/etc/mesh";

    /// <summary>Where a sidecar finds its token and the roots.</summary>
    public const string Identity = "/run/mesh/identity";

    /// <summary>Where the control plane keeps them, by service.</summary>
    public const string Identities = "/run/mesh/identities";

    /// <summary>What is written to: a volume, or a file system in memory. The image has this directory, owned by its user, and a new volume takes the owner from there.</summary>
    public const string State = "/var/lib/mesh";

    /// <summary>The port of an app that the publisher takes where nobody says otherwise.</summary>
    public const int UsualPort = 8080;

    private readonly string _mesh = mesh.Mesh.Name.ToLowerInvariant();

    /// <summary>The control plane's Compose service, and its name on the network.</summary>
    public string ControlPlane => $"{_mesh}-control-plane";

    /// <summary>The volume with the authority's keys.</summary>
    public string StateVolume => $"{ControlPlane}-state";

    /// <summary>The variable in .env that names the image.</summary>
    public string ImageVariable => $"{_mesh.ToUpperInvariant().Replace('-', '_')}_IMAGE";

    /// <summary>The image unless .env says otherwise.</summary>
    public static string DefaultImage => $"mesh:{CustomResourceDefinitions.ThisVersion}";

    /// <summary>The image as the Compose file names it.</summary>
    public string Image => $"${{{ImageVariable}:-{DefaultImage}}}";

    /// <summary>How programs are started in it.</summary>
    public ImageSettings Programs => new() { Name = Image, IsPortable = mesh.Mesh.Image is not null };

    /// <summary>The Compose service of a sidecar.</summary>
    public string Sidecar(string service) => $"{service}-{_mesh}";

    /// <summary>The volume by which one sidecar gets its token, from the control plane.</summary>
    public string IdentityVolume(string service) => $"{Sidecar(service)}-identity";

    /// <summary>The variable of .env by which the publisher gives a project's container its port.</summary>
    public static string PortVariable(string resource) => $"{resource.ToUpperInvariant().Replace('-', '_').Replace('.', '_')}_PORT";

    /// <summary>Where telemetry goes: the dashboard that the publisher adds. <see langword="null"/>: it adds none.</summary>
    public static string? Telemetry(DockerComposeEnvironmentResource environment) =>
        environment.DashboardEnabled ? $"http://{environment.Name.ToLowerInvariant()}-dashboard:18889" : null;
}
