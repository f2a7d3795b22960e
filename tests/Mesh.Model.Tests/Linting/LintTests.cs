using Mesh.Model.Compilation;
using Mesh.Model.Linting;
using Mesh.Testing;

namespace Mesh.Model.Tests.Linting;

public sealed class LintTests
{
    public static TheoryData<string> Ids { get; } = [.. LintCases.All.Select(c => c.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Run_DocumentsWithTheMistake_FindsItOnce(string id)
    {
        var found = Findings(LintCases.All.Single(c => c.Id == id).Red).Where(f => f.Rule.Id == id).ToList();

        Assert.NotEmpty(found);
        Assert.Equal(found.Count, found.DistinctBy(f => f.ToString()).Count());
        Assert.All(found, f => Assert.NotEqual('.', f.Message[^1]));
        Assert.All(found, f => Assert.NotNull(f.Origin.Location ?? f.Origin.Name));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Run_DocumentsWithoutTheMistake_FindsNothing(string id)
    {
        var found = Findings(LintCases.All.Single(c => c.Id == id).Green).Where(f => f.Rule.Id == id);

        Assert.Empty(found);
    }

    [Fact]
    public void All_Rules_HaveACaseAndAnIdOfTheirOwn()
    {
        Assert.Equal(LintRules.All.Select(r => r.Id).Order(), LintRules.All.Select(r => r.Id).Distinct().Order());
        Assert.Equal(LintRules.All.Select(r => r.Id), LintCases.All.Select(c => c.Id));
        Assert.Equal(typeof(LintRules).GetFields().Select(f => f.GetValue(null)), LintRules.All);
    }

    [Fact]
    public void All_Rules_AreExplainedInTheDocumentation()
    {
        var lines = File.ReadAllLines(Checkout.PathTo("docs/diagnostics.md"));

        Assert.All(LintRules.All, rule =>
        {
            var at = Array.IndexOf(lines, $"## {rule.Id} {rule.Name}");
            Assert.True(at >= 0, $"docs/diagnostics.md has no heading '## {rule.Id} {rule.Name}'");
            var text = string.Join(' ', lines.Skip(at + 1).TakeWhile(l => !l.StartsWith('#')));
            Assert.True(text.Trim().Length > 60, $"{rule.Id} has no cause and cure");
        });
    }

    [Fact]
    public void Run_ShopWithoutMistakes_FindsNothing() => Assert.Empty(Findings("kind: Service\nmetadata: {name: other}\nspec: {ports: [{name: http, protocol: http}]}"));

    private static List<CompileWarning> Findings(string documents)
    {
        var mesh = TestMesh.Empty.Yaml(LintCases.Shop).Yaml(documents);
        return [.. mesh.Configuration.Warnings, .. mesh.Compile().Findings];
    }
}
