using System.Text.RegularExpressions;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Testing;

namespace Mesh.Yaml.Tests;

/// <summary>docs/policies.md and the pages of its kinds say what the reader reads.</summary>
public sealed partial class PolicyDocumentationTests
{
    private static readonly string Common = File.ReadAllText(Checkout.PathTo("docs", "policies.md"));
    private static readonly string Text = string.Concat(Directory.GetFiles(Checkout.PathTo("docs", "policies"), "*.md").Select(File.ReadAllText).Prepend(Common));

    public static TheoryData<string> Kinds => [.. ResourceReader.KindNames];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Page_EveryKind_HasAnExampleThatReads(string kind)
    {
        var examples = Example().Matches(Text).Select(m => m.Groups["yaml"].Value).Where(yaml => yaml.Contains($"kind: {kind}\n", StringComparison.Ordinal) && !yaml.Contains('…')).ToList();

        Assert.NotEmpty(examples);
        Assert.All(examples.SelectMany(example => DocumentReader.ReadYaml(example, "policies.md").Documents), document => Assert.Empty(ResourceReader.Read(document).Violations));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Page_OfEveryKind_IsInTheIndex(string kind)
    {
        if (kind is "Service" or "ExternalService")
        {
            Assert.Contains($"\n### {kind}\n", Common, StringComparison.Ordinal);
            return;
        }

        var page = $"{kind.ToLowerInvariant()}.md";
        Assert.Contains($"\n| [{kind}](policies/{page}) | ", Common, StringComparison.Ordinal);
        Assert.StartsWith($"# {kind}\n", File.ReadAllText(Checkout.PathTo("docs", "policies", page)), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ResourceRoundTripTests.Documents), MemberType = typeof(ResourceRoundTripTests))]
    public void Pages_EveryField_IsNamed(string yaml)
    {
        var root = DocumentReader.ReadYaml($"apiVersion: {DeclaredResource.ApiVersion}\n{yaml}", "a.yaml").Documents.Single().Root;

        Assert.All(Names(root["spec"]!), name => Assert.Contains(name, Text, StringComparison.Ordinal));
    }

    // Labels' names are their author's.
    private static IEnumerable<string> Names(DocumentNode node) => node switch
    {
        ObjectNode o => o.Members.SelectMany(m => m.Name == "labels" ? [m.Name] : Names(m.Value).Prepend(m.Name)),
        ListNode l => l.Items.SelectMany(Names),
        _ => [],
    };

    [GeneratedRegex("```yaml\n(?<yaml>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
