using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Mesh.Architecture.Tests;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathTo(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Project files below a folder, by project name.</summary>
    public static IReadOnlyDictionary<string, XDocument> Projects(string folder) => Directory
        .EnumerateFiles(PathTo(folder), "*.csproj", SearchOption.AllDirectories)
        .Where(f => !f.Contains("/artifacts/", StringComparison.Ordinal) && !f.Contains("/node_modules/", StringComparison.Ordinal))
        .ToDictionary(f => Path.GetFileNameWithoutExtension(f), f => XDocument.Load(f));

    public static IEnumerable<string> Includes(XDocument project, string item) => project
        .Descendants(item)
        .Select(e => e.Attribute("Include")?.Value)
        .OfType<string>();

    private static string FindRoot([CallerFilePath] string here = "")
    {
        for (var directory = Path.GetDirectoryName(here); directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (File.Exists(Path.Combine(directory, "Mesh.sln")))
            {
                return directory;
            }
        }

        throw new InvalidOperationException("No Mesh.sln above the tests.");
    }
}
