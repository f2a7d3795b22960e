using System.Text.RegularExpressions;
using Mesh.Testing;

namespace Mesh.Hosting.Tests.Diagnostics;

/// <summary>docs/diagnostics.md describes every id, and none that there is not.</summary>
public sealed partial class DiagnosticsDocumentationTests
{
    private static readonly string[] Ids =
    [
        .. Directory.EnumerateFiles(Checkout.PathTo("src"), "*.cs", SearchOption.AllDirectories)
            .Where(IsPlaceOfIds)
            .SelectMany(f => Literal().Matches(File.ReadAllText(f)).Select(m => m.Groups["id"].Value))
            .Distinct().Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void Document_EveryId_HasASectionInOrder() =>
        Assert.Equal(Ids, Section().Matches(File.ReadAllText(Checkout.PathTo("docs", "diagnostics.md"))).Select(m => m.Groups["id"].Value));

    [Fact]
    public void Ids_InCode_AreSpokenOfInTheirPlacesOnly()
    {
        Assert.NotEmpty(Ids);
        var elsewhere = Directory.EnumerateFiles(Checkout.PathTo("src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !IsPlaceOfIds(f) && Literal().IsMatch(File.ReadAllText(f)));

        Assert.Empty(elsewhere);
    }

    // Those of AppHosts, the rules of the linter, and what the compiler is told of.
    private static bool IsPlaceOfIds(string file) =>
        (file.Contains("Mesh.Hosting", StringComparison.Ordinal) && Path.GetFileName(Path.GetDirectoryName(file)) == "Diagnostics") || Path.GetFileName(file) is "LintRules.cs" or "AnalyzerRules.cs";

    // An id as code says it: at the beginning of a text.
    [GeneratedRegex("\"(?<id>MESH[0-9]{3})\\b")]
    private static partial Regex Literal();

    [GeneratedRegex("^## (?<id>MESH[0-9]{3})\\b", RegexOptions.Multiline)]
    private static partial Regex Section();
}
