using System.Globalization;
using System.Text.RegularExpressions;

namespace Mesh.Hosting.Testing;

/// <summary>Finds the mesh's errors in a sidecar's metrics.</summary>
internal static partial class ErrorMetrics
{
    /// <summary>Every series that counts calls with an error of the mesh; statuses of the app are none.</summary>
    public static IEnumerable<MeshErrorCount> Read(string prometheus)
    {
        foreach (Match line in Count().Matches(prometheus))
        {
            var tags = Tag().Matches(line.Groups["tags"].Value).ToDictionary(t => t.Groups["name"].Value, t => t.Groups["value"].Value, StringComparer.Ordinal);
            if (tags.GetValueOrDefault("error_type") is { Length: > 0 } code && !char.IsAsciiDigit(code[0]))
            {
                yield return new MeshErrorCount(
                    tags.GetValueOrDefault("mesh_caller", ""),
                    tags.GetValueOrDefault("mesh_callee", ""),
                    tags.GetValueOrDefault("mesh_direction", ""),
                    code,
                    (long)double.Parse(line.Groups["count"].Value, CultureInfo.InvariantCulture));
            }
        }
    }

    [GeneratedRegex(@"^(?:http_server_request_duration|http_client_request_duration|mesh_tunnel_duration)(?:_seconds)?_count\{(?<tags>.*)\} (?<count>\S+)", RegexOptions.Multiline)]
    private static partial Regex Count();

    [GeneratedRegex(@"(?<name>\w+)=""(?<value>(?:[^""\\]|\\.)*)""")]
    private static partial Regex Tag();
}
