using System.Globalization;
using Mesh.Laptop.Files;

namespace Mesh.Cli.Running;

/// <summary>The directory of one running app: mode 0700, one <c>mesh up</c> at a time.</summary>
internal sealed class StateFolder : IDisposable
{
    private readonly FileStream _lock;

    private StateFolder(string path, FileStream @lock) => (Path, _lock) = (path, @lock);

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>The control plane's start-up file.</summary>
    public string ControlPlaneSettings => In("control-plane.json");

    /// <summary>The control plane's own state.</summary>
    public string ControlPlane => Folder("control-plane");

    /// <summary>The documents with services and edges that the control plane watches.</summary>
    public string Topology => Folder("topology");

    /// <summary>How other commands find this app's control plane.</summary>
    public string CliFile => In(Api.ServerFile.Name);

    /// <summary>The ports that were given out, so that they are the same next time.</summary>
    public string Ports => In("ports.json");

    /// <summary>Opens or makes it, and locks it.</summary>
    /// <exception cref="CliException">Another <c>mesh up</c> has it.</exception>
    public static StateFolder Open(string path)
    {
        SecretFile.MakeFolder(path);
        var parent = System.IO.Path.GetDirectoryName(path)!;
        if (System.IO.Path.GetFileName(parent) == ".mesh" && !File.Exists(System.IO.Path.Combine(parent, ".gitignore")))
        {
            // It holds keys and tokens, and nobody means to commit those.
            File.WriteAllText(System.IO.Path.Combine(parent, ".gitignore"), "*\n");
        }

        try
        {
            // .NET takes an flock for this share mode, which the kernel drops whatever way the process ends.
            var file = new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            SecretFile.Write(System.IO.Path.Combine(path, "owner"), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new StateFolder(path, file);
        }
        catch (IOException e) when (e is not DirectoryNotFoundException)
        {
            var owner = System.IO.Path.Combine(path, "owner");
            var who = File.Exists(owner) ? $" (process {File.ReadAllText(owner).Trim()})" : "";
            throw new CliException(ExitCode.Unavailable, $"another 'mesh up'{who} runs this app with the state in {path}. Stop it first, or give this one its own: --state DIRECTORY.", e);
        }
    }

    /// <summary>A sidecar's start-up file.</summary>
    public string Bootstrap(string replica) => System.IO.Path.Combine(Folder(System.IO.Path.Combine("sidecars", replica)), "bootstrap.json");

    /// <summary>The start-up file of the app's own xDS client.</summary>
    public string GrpcBootstrap(string replica) => System.IO.Path.Combine(Folder(System.IO.Path.Combine("sidecars", replica)), "grpc-xds.json");

    /// <summary>A sidecar's own state.</summary>
    public string Sidecar(string replica) => Folder(System.IO.Path.Combine("sidecars", replica, "state"));

    /// <summary>A directory for the app itself.</summary>
    public string App(string replica) => Folder(System.IO.Path.Combine("apps", replica));

    /// <summary>What a process said.</summary>
    public string LogFile(string name) => System.IO.Path.Combine(Folder("logs"), $"{name}.log");

    /// <inheritdoc />
    public void Dispose()
    {
        File.Delete(CliFile);
        _lock.Dispose();
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private string Folder(string name)
    {
        var folder = In(name);
        SecretFile.MakeFolder(folder);
        return folder;
    }
}
