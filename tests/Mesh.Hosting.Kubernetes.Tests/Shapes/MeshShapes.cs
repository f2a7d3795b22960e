using System.Text.RegularExpressions;
using Mesh.Model.Serialization;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting.Kubernetes.Tests.Shapes;

/// <summary>Texts without addresses.</summary>
internal static partial class MeshShapes
{
    /// <summary>The text with the names of upstreams for the addresses of listeners; <see langword="null"/>: there is none in it.</summary>
    public static string? Upstreams(string text, IEnumerable<KeyValuePair<string, string>> listeners)
    {
        var found = false;
        foreach (var (name, address) in listeners.Where(l => l.Key.StartsWith(ResourceNames.OutboundPrefix, StringComparison.Ordinal)))
        {
            text = Regex.Replace(text, $@"(?<!\d){address[(address.LastIndexOf(':') + 1)..]}(?!\d)", _ =>
            {
                found = true;
                return $"<{name}>";
            });
        }

        return found ? Loopback().Replace(text, "host") : null;
    }

    /// <summary>A document on one line.</summary>
    public static string OneLine(DocumentNode node) => Space().Replace(JsonDocumentWriter.Write(node), " ");

    [GeneratedRegex(@"localhost|127\.0\.0\.1")]
    private static partial Regex Loopback();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
