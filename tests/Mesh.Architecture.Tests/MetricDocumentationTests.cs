using System.Text.RegularExpressions;
using Mesh.Testing;

namespace Mesh.Architecture.Tests;

/// <summary>What each process measures, and the section about metrics on its page.</summary>
public sealed partial class MetricDocumentationTests
{
    [Theory]
    [InlineData("Mesh.Proxy", "proxy.md")]
    [InlineData("Mesh.ControlPlane", "control-plane.md")]
    public void Metrics_OfAProcess_AreThoseOfItsPage(string project, string page)
    {
        var measured = Directory.EnumerateFiles(Checkout.PathTo("src", project), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Instrument().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .Distinct()
            .Order(StringComparer.Ordinal);
        var section = Section().Match(File.ReadAllText(Checkout.PathTo("docs", page)));
        // Names in the first column where there is a table; tags stand in the second, in brackets elsewhere.
        var named = Brackets().Replace(section.Value, "").Split('\n')
            .Select(line => line.StartsWith('|') ? line.Split('|')[1] : line)
            .SelectMany(text => Name().Matches(text))
            .Select(match => match.Groups[1].Value)
            .Distinct()
            .Order(StringComparer.Ordinal);

        Assert.Equal(measured, named);
    }

    [GeneratedRegex(@"\.Create(?:Observable)?(?:Counter|Gauge|Histogram|UpDownCounter)(?:<\w+>)?\(\s*""([^""]+)""")]
    private static partial Regex Instrument();

    [GeneratedRegex(@"^## Metrics\n(?:.*\n?)*?(?=^## |\z)", RegexOptions.Multiline)]
    private static partial Regex Section();

    [GeneratedRegex(@"\([^()]*\)")]
    private static partial Regex Brackets();

    [GeneratedRegex(@"`((?:mesh|http)\.[a-z_.]+)`")]
    private static partial Regex Name();
}
