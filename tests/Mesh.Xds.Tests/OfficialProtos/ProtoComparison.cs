using System.Text.Json;
using Mesh.Testing;

namespace Mesh.Xds.Tests.OfficialProtos;

/// <summary>Runs compare.js over a folder of protos; skips the test where Node or the official protos are not there.</summary>
internal sealed record ProtoComparison(int ExitCode, int Messages, int Fields, int Rules, int Mismatches, string Output)
{
    public static string OurProtos => Checkout.PathTo("src", "Mesh.Xds", "Protos");

    public static string OurRules => Checkout.PathTo("src", "Mesh.Xds", "Validation", "rules.txt");

    public static async Task<ProtoComparison> RunAsync(string protos, string rules, CancellationToken cancellationToken)
    {
        var modules = NodeScript.Modules();
        var script = Checkout.PathTo("tests", "Mesh.Xds.Tests", "OfficialProtos", "compare.js");
        var (exitCode, text, summary) = await NodeScript.RunAsync(script, [protos, modules, rules], cancellationToken);
        using var counts = JsonDocument.Parse(summary);
        int Count(string name) => counts.RootElement.GetProperty(name).GetInt32();
        return new(exitCode, Count("messages"), Count("fields"), Count("rules"), Count("mismatches"), text);
    }
}
