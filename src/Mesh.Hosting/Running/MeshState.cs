using Mesh.Laptop.Files;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Running;

/// <summary>The directory of one running mesh: mode 0700, one AppHost at a time.</summary>
internal sealed class MeshState : IDisposable
{
    private readonly FileStream _lock;
    private readonly bool _temporary;

    private MeshState(string path, FileStream @lock, bool temporary) => (Path, _lock, _temporary) = (path, @lock, temporary);

    private static TemporaryStates Temporaries => new(System.IO.Path.GetTempPath());

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>The control plane's start-up file.</summary>
    public string ControlPlaneSettings => System.IO.Path.Combine(Path, "control-plane.json");

    /// <summary>The control plane's own state.</summary>
    public string ControlPlane => Folder("control-plane");

    /// <summary>The documents with services and edges.</summary>
    public string Topology => Folder("topology");

    /// <summary>The documents with the AppHost's policies.</summary>
    public string Policies => Folder("policies");

    /// <summary>The ports that were given out; <see langword="null"/> where nothing is to be remembered.</summary>
    public string? Ports => _temporary ? null : System.IO.Path.Combine(Path, "ports.json");

    /// <summary>What sidecars were started with; <see langword="null"/> where nothing is to be remembered.</summary>
    public string? Credentials => _temporary ? null : System.IO.Path.Combine(Path, "credentials.json");

    /// <summary>The developer certificate and its key, for https listeners.</summary>
    public string Certificates => Folder("certificates");

    /// <summary>Opens a directory that is kept. Where another AppHost has it, this one gets a temporary one.</summary>
    public static MeshState Open(string path)
    {
        SecretFile.MakeFolder(path);
        FileStream @lock;
        try
        {
            // .NET takes an flock for this share mode, which the kernel drops whatever way the process ends.
            @lock = new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not DirectoryNotFoundException)
        {
            return Temporary();
        }

        Temporaries.Sweep(@lock);
        return new MeshState(path, @lock, temporary: false);
    }

    /// <summary>A directory that goes away with the app, or where that is killed with the next one.</summary>
    public static MeshState Temporary()
    {
        var (path, @lock) = Temporaries.Make();
        Temporaries.Sweep(@lock);
        return new MeshState(path, @lock, temporary: true);
    }

    /// <summary>A sidecar's start-up file.</summary>
    public string Bootstrap(ServiceId service, string replica) => System.IO.Path.Combine(Folder(OfSidecar(service, replica)), "bootstrap.json");

    /// <summary>A sidecar's own state.</summary>
    public string Sidecar(ServiceId service, string replica) => Folder(System.IO.Path.Combine(OfSidecar(service, replica), "state"));

    /// <summary>Forgets what sidecars kept: their SVIDs and the configurations of an app that was another.</summary>
    public void ForgetSidecars() => Directory.Delete(Folder("sidecars"), recursive: true);

    /// <inheritdoc />
    public void Dispose()
    {
        if (_temporary)
        {
            TemporaryStates.Remove(Path, _lock);
        }
        else
        {
            _lock.Dispose();
        }
    }

    // A replica's name is unique in its service only, and two namespaces may have a service of one name.
    private static string OfSidecar(ServiceId service, string replica) => System.IO.Path.Combine("sidecars", $"{service.Namespace}.{replica}");

    private string Folder(string name)
    {
        var folder = System.IO.Path.Combine(Path, name);
        SecretFile.MakeFolder(folder);
        return folder;
    }
}
