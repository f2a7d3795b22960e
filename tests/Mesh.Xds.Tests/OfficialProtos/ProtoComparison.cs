using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Mesh.Testing;

namespace Mesh.Xds.Tests.OfficialProtos;

/// <summary>Runs compare.js over a folder of protos; skips the test where Node or the official protos are not there.</summary>
internal sealed record ProtoComparison(int ExitCode, int Messages, int Fields, int Rules, int Mismatches, string Output)
{
    private const string ModulesVariable = "MESH_OFFICIAL_PROTOS";

    public static string OurProtos => Checkout.PathTo("src", "Mesh.Xds", "Protos");

    public static string OurRules => Checkout.PathTo("src", "Mesh.Xds", "Validation", "rules.txt");

    public static async Task<ProtoComparison> RunAsync(string protos, string rules, CancellationToken cancellationToken)
    {
        var modules = Environment.GetEnvironmentVariable(ModulesVariable)
            ?? Checkout.PathTo("artifacts", "official-protos", "node_modules");
        if (!Directory.Exists(Path.Combine(modules, "@grpc", "grpc-js-xds")))
        {
            Assert.Skip($"no official protos in {modules}; tests/Mesh.Xds.Tests/OfficialProtos/install.sh brings them, "
                + $"or {ModulesVariable} names a node_modules folder that has them");
        }

        var script = Checkout.PathTo("tests", "Mesh.Xds.Tests", "OfficialProtos", "compare.js");
        var start = new ProcessStartInfo("node", [script, protos, modules, rules]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var node = Start(start);
        var output = node.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = node.StandardError.ReadToEndAsync(cancellationToken);
        await node.WaitForExitAsync(cancellationToken);
        var text = await output + await error;

        var summary = text.Split('\n').LastOrDefault(line => line.StartsWith('{'));
        Assert.True(summary is not null, text);
        using var counts = JsonDocument.Parse(summary);
        int Count(string name) => counts.RootElement.GetProperty(name).GetInt32();
        return new(node.ExitCode, Count("messages"), Count("fields"), Count("rules"), Count("mismatches"), text);
    }

    private static Process Start(ProcessStartInfo start)
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
