using System.Reflection;
using Mesh.Testing;

namespace Mesh.Proxy.Tests.Conformance;

/// <summary>docs/conformance.md says what these tests prove, and what is not supported.</summary>
public sealed class ConformanceTableTests
{
    private const string Supported = "| feature | tests of the suite | here |\n| --- | --- | --- |\n";
    private const string Missing = "\n## Not supported\n";

    [Fact]
    public void Documentation_ListsEveryFeatureThatATestProves()
    {
        var file = Checkout.PathTo("docs", "conformance.md");
        var text = File.ReadAllText(file);
        var table = text.IndexOf(Supported, StringComparison.Ordinal) + Supported.Length;
        var rows = Rows();
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(file, text[..table] + rows + text[text.IndexOf(Missing, StringComparison.Ordinal)..]);
            return;
        }

        Assert.Equal(rows, text[table..text.IndexOf(Missing, StringComparison.Ordinal)]);
    }

    [Fact]
    public void Documentation_NothingIsSupportedAndNot()
    {
        var text = File.ReadAllText(Checkout.PathTo("docs", "conformance.md"));
        var missing = text[text.IndexOf(Missing, StringComparison.Ordinal)..];

        Assert.DoesNotContain(Tests().SelectMany(t => t.Features), feature => missing.Contains($"| `{feature}` |", StringComparison.Ordinal));
    }

    [Fact]
    public void Tests_OfConformance_NameTheirFeature()
    {
        Assert.Empty(Methods().Where(m => m.GetCustomAttribute<FeatureAttribute>() is null).Select(m => $"{m.DeclaringType!.Name}.{m.Name}"));
        Assert.True(Tests().Count > 40);
    }

    private static string Rows() => string.Concat(Tests()
        .SelectMany(t => t.Features.Select(feature => (Feature: feature, t.Name, t.Class)))
        .GroupBy(t => t.Feature)
        .OrderBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => $"| `{g.Key}` | {string.Join(", ", g.Select(t => t.Name).Distinct().Order(StringComparer.Ordinal))} | {string.Join(", ", g.Select(t => t.Class).Distinct().Order(StringComparer.Ordinal))} |\n"));

    private static List<(string[] Features, string Name, string Class)> Tests() =>
        [.. Methods().Where(m => m.GetCustomAttribute<FeatureAttribute>() is not null)
            .Select(m => (m.GetCustomAttribute<FeatureAttribute>()!.Name.Split(", "), m.Name.Split('_')[0], m.DeclaringType!.Name))];

    private static IEnumerable<MethodInfo> Methods() => typeof(ConformanceTableTests).Assembly.GetTypes()
        .Where(t => t.GetCustomAttributesData().Any(a => a.AttributeType == typeof(CollectionAttribute) && a.ConstructorArguments is [{ Value: ConformanceCollection.Name }]))
        .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        .Where(m => m.GetCustomAttributes<FactAttribute>().Any());
}
