using Mesh.Model.Serialization;

namespace Mesh.Kubernetes.Installation;

/// <summary>The one image that holds control plane and proxy, and where containers of it find what.</summary>
public sealed record ImageSettings
{
    /// <summary>Name and tag or digest.</summary>
    public required string Name { get; init; }

    /// <summary>When it is pulled: Always, IfNotPresent or Never.</summary>
    public string PullPolicy { get; init; } = "IfNotPresent";

    /// <summary>The list of Secrets to pull it with, as <c>imagePullSecrets</c> wants it.</summary>
    public DocumentNode PullSecrets { get; init; } = new ListNode([]);

    /// <summary>Whether its programs are run by <c>dotnet</c>, as in the image that an AppHost builds of its package. Default: they are programs of the system.</summary>
    public bool IsPortable { get; init; }

    /// <summary>How the sidecar is started in it.</summary>
    public IReadOnlyList<string> ProxyCommand => IsPortable ? ["dotnet", "/app/mesh-proxy.dll"] : [Proxy];

    /// <summary>How the control plane is started in it.</summary>
    public IReadOnlyList<string> ControlPlaneCommand => IsPortable ? ["dotnet", "/app/mesh-control-plane.dll"] : [ControlPlane];

    internal const string Proxy = "/app/proxy/mesh-proxy";

    internal const string ControlPlane = "/app/control-plane/mesh-control-plane";

    /// <summary>The user of the image, in numbers, so that the kubelet can see that it is not root.</summary>
    internal const int User = 65532;
}
