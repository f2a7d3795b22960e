using System.Text;

namespace Mesh.Hostile.Tests.Http1;

/// <summary>What paths a target may be to apps: decoded never, once or twice, with path parameters and without, with backslashes for slashes, merged slashes and resolved dots.</summary>
internal static class AppReadings
{
    /// <summary>All of them, each ended by a slash.</summary>
    public static IEnumerable<string> Of(string target)
    {
        var path = target.Split('?', '#')[0];
        foreach (var decoded in new[] { path, Decode(path), Decode(Decode(path)) })
        {
            foreach (var named in new[] { decoded, WithoutParameters(decoded) })
            {
                yield return named + "/";
                yield return Resolve(named);
                yield return Resolve(named.Replace('\\', '/'));
                yield return Resolve(named.Split('\0')[0]);
            }
        }
    }

    private static string Decode(string path) => Encoding.Latin1.GetString(System.Web.HttpUtility.UrlDecodeToBytes(path.Replace("+", "%2b", StringComparison.Ordinal), Encoding.Latin1));

    private static string WithoutParameters(string path) => string.Join('/', path.Split('/').Select(s => s.Split(';')[0]));

    private static string Resolve(string path)
    {
        var segments = new List<string>();
        foreach (var segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment == "..")
            {
                segments = segments.SkipLast(1).ToList();
            }
            else if (segment != ".")
            {
                segments.Add(segment);
            }
        }

        return $"/{string.Join('/', segments)}/";
    }
}
