using System.Text;
using System.Text.Json;
using Mesh.Testing;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.OfficialProtos;

/// <summary>Runs validate.js over resources; skips the test where Node or the official protos are not there.</summary>
internal sealed record OfficialRules(int Resources, int Rules, int Violations, string Output)
{
    public static Task<OfficialRules> CheckAsync(IEnumerable<XdsResource> resources, CancellationToken cancellationToken) =>
        CheckLinesAsync(resources.Select(resource => $"{resource.TypeUrl} {resource.Body.ToBase64()}"), cancellationToken);

    /// <summary>The same with messages as people write them into files.</summary>
    public static Task<OfficialRules> CheckJsonAsync(string type, IEnumerable<string> texts, CancellationToken cancellationToken) =>
        CheckLinesAsync(texts.Select(text => $"{type} json {Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}"), cancellationToken);

    private static async Task<OfficialRules> CheckLinesAsync(IEnumerable<string> lines, CancellationToken cancellationToken)
    {
        var modules = NodeScript.Modules();
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(file, lines, cancellationToken);
            var (_, text, summary) = await NodeScript.RunAsync(Checkout.PathTo("tests", "Mesh.Xds.Tests", "OfficialProtos", "validate.js"), [modules, file], cancellationToken);
            using var counts = JsonDocument.Parse(summary);
            int Count(string name) => counts.RootElement.GetProperty(name).GetInt32();
            return new(Count("resources"), Count("rules"), Count("violations"), text);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
