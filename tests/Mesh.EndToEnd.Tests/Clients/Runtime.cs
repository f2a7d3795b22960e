using System.Diagnostics;
using Mesh.Testing;

namespace Mesh.EndToEnd.Tests.Clients;

/// <summary>A gRPC library that speaks xDS itself, with the programs that use it.</summary>
/// <param name="Name">As tests name it.</param>
/// <param name="Program">What runs the programs.</param>
/// <param name="Extension">Of the programs' files.</param>
/// <param name="Variables">What it needs in its environment.</param>
internal sealed record Runtime(string Name, string Program, string Extension, IReadOnlyDictionary<string, string> Variables)
{
    private static readonly Lazy<Runtime?> LazyNode = new(FindNode);
    private static readonly Lazy<Runtime?> LazyPython = new(FindPython);

    /// <summary>All that this machine has.</summary>
    public static Runtime[] All => [.. new[] { LazyNode.Value, LazyPython.Value }.OfType<Runtime>()];

    /// <summary>The one of a name; the test skips where it is missing.</summary>
    public static Runtime Find(string name)
    {
        var (found, cure) = name == "node"
            ? (LazyNode.Value, "No Node.js with @grpc/grpc-js-xds here; tests/Mesh.Xds.Tests/OfficialProtos/install.sh brings the package.")
            : (LazyPython.Value, "No gRPC for the system's Python here; Debian's python3-grpcio has it (apt-get install python3-grpcio).");
        Assert.SkipWhen(found is null, cure);
        return found;
    }

    /// <summary>The one that is preferred for a server, or else the other; the test skips where there is none.</summary>
    public static Runtime Prefer(string name) => Array.Find(All, runtime => runtime.Name == name) ?? All.FirstOrDefault() ?? Find(name);

    /// <summary>How to start one of the programs.</summary>
    public ProcessStartInfo Start(string program, string? bootstrap, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, [Checkout.PathTo("tests", "Mesh.EndToEnd.Tests", "Clients", "Programs", program + Extension), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        if (bootstrap is not null)
        {
            start.Environment["GRPC_XDS_BOOTSTRAP"] = bootstrap;
        }

        return start;
    }

    private static Runtime? FindNode()
    {
        var modules = Checkout.PathTo("artifacts", "official-protos", "node_modules");
        return Directory.Exists(Path.Combine(modules, "@grpc", "grpc-js-xds")) && Runs("node", "--version")
            ? new("node", "node", ".js", new Dictionary<string, string> { ["NODE_PATH"] = modules, ["GRPC_XDS_EXPERIMENTAL_RBAC"] = "true" })
            : null;
    }

    // The system's Python: Debian puts grpcio beside that one, whatever other Python the path has.
    private static Runtime? FindPython()
    {
        const string Program = "/usr/bin/python3";
        return File.Exists(Program) && Runs(Program, "-c", "import grpc; grpc.xds_server_credentials")
            // While no call is under way gRPC's core looks at its sockets only every 5 s, those of its xDS client too.
            ? new("python", Program, ".py", new Dictionary<string, string> { ["GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS"] = "100" })
            : null;
    }

    private static bool Runs(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            return process.WaitForExit(TimeSpan.FromSeconds(20)) && process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
