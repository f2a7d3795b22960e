using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting;

/// <summary>The sidecar beside one replica of a service.</summary>
[AspireExport(ExposeProperties = true)]
public sealed class MeshSidecarResource : ExecutableResource
{
    internal MeshSidecarResource(string name, IResource target, int replica, string command, string workingDirectory)
        : base(name, command, workingDirectory)
    {
        Target = target;
        Replica = replica;
    }

    /// <summary>The service that it stands beside.</summary>
    [AspireExportIgnore(Reason = "The service is known to whoever declared it.")]
    public IResource Target { get; }

    /// <summary>Which replica of it, from 0.</summary>
    public int Replica { get; }
}
