using System.Xml.Linq;
using Mesh.Testing;

namespace Mesh.Architecture.Tests;

/// <summary>The project files of the checkout, as XML.</summary>
internal static class ProjectFiles
{
    /// <summary>Project files below a folder, by project name.</summary>
    public static IReadOnlyDictionary<string, XDocument> Below(string folder) => Directory
        .EnumerateFiles(Checkout.PathTo(folder), "*.csproj", SearchOption.AllDirectories)
        .Where(f => !f.Contains("/artifacts/", StringComparison.Ordinal) && !f.Contains("/node_modules/", StringComparison.Ordinal))
        .ToDictionary(f => Path.GetFileNameWithoutExtension(f), f => XDocument.Load(f));

    public static IEnumerable<string> Includes(XDocument project, string item) => project
        .Descendants(item)
        .Select(e => e.Attribute("Include")?.Value)
        .OfType<string>();
}
