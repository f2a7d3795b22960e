using System.ComponentModel;
using System.Diagnostics;
using Mesh.Testing;

namespace Mesh.Xds.Tests.OfficialProtos;

/// <summary>Runs a script on the official protos; skips the test where Node or the protos are not there.</summary>
internal static class NodeScript
{
    private const string ModulesVariable = "MESH_OFFICIAL_PROTOS";

    /// <summary>The folder with the official protos.</summary>
    public static string Modules()
    {
        var modules = Environment.GetEnvironmentVariable(ModulesVariable) ?? Checkout.PathTo("artifacts", "official-protos", "node_modules");
        if (!Directory.Exists(Path.Combine(modules, "@grpc", "grpc-js-xds")))
        {
            Assert.Skip($"no official protos in {modules}; tests/Mesh.Xds.Tests/OfficialProtos/install.sh brings them, "
                + $"or {ModulesVariable} names a node_modules folder that has them");
        }

        return modules;
    }

    /// <summary>Runs a script to its end; its last line that begins with a brace is its summary.</summary>
    public static async Task<(int ExitCode, string Output, string Summary)> RunAsync(string script, string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("node", [script, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var node = Start(start);
        var output = node.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = node.StandardError.ReadToEndAsync(cancellationToken);
        await node.WaitForExitAsync(cancellationToken);
        var text = await output + await error;
        var summary = text.Split('\n').LastOrDefault(line => line.StartsWith('{'));
        Assert.True(summary is not null, text);
        return (node.ExitCode, text, summary);
    }

    /// <summary>Starts Node; skips the test where there is none.</summary>
    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("node is not on the PATH; install Node.js 18 or newer");
            throw;
        }
    }
}
