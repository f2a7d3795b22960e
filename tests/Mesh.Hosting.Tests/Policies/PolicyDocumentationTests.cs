using Mesh.Testing;

namespace Mesh.Hosting.Tests.Policies;

/// <summary>docs/policies/&lt;kind&gt;.md shows the policy as YAML and as C#: the C# is the source that is compiled here, and says what the YAML says.</summary>
public sealed class PolicyDocumentationTests
{
    private static readonly string Source = File.ReadAllText(Checkout.PathTo("tests", "Mesh.Hosting.Tests", "Policies", "DocumentedPolicies.cs"));

    public static TheoryData<string> Kinds => [.. DocumentedPolicies.All.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Page_Example_IsTheCodeThatIsCompiled(string kind)
    {
        var marked = Source[(Source.IndexOf($"// <{kind}>", StringComparison.Ordinal) + $"// <{kind}>".Length)..Source.IndexOf($"        // </{kind}>", StringComparison.Ordinal)];

        Assert.Equal(marked.TrimStart('\n').Replace("\n        ", "\n", StringComparison.Ordinal).TrimStart(), Example(kind, "csharp"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Page_Example_SaysWhatTheYamlSays(string kind)
    {
        var app = new ShopApp();
        DocumentedPolicies.All[kind](app);

        var (policies, errors) = app.Make();

        Assert.Empty(errors);
        Assert.NotEmpty(policies);
        Assert.Equal(PolicyTable.Read(Example(kind, "yaml")).Select(PolicyTable.Text), policies.Select(PolicyTable.Text));
    }

    [Fact]
    public void Kinds_OfTheModel_AreAllShown() => Assert.Equal(
        Model.Serialization.ResourceReader.KindNames.Where(k => k is not ("Service" or "ExternalService")).Order(StringComparer.Ordinal),
        DocumentedPolicies.All.Keys.Order(StringComparer.Ordinal));

    private static string Example(string kind, string language)
    {
        var page = File.ReadAllText(Checkout.PathTo("docs", "policies", $"{kind.ToLowerInvariant()}.md"));
        var fence = $"```{language}\n";
        var from = page.IndexOf(fence, StringComparison.Ordinal);
        Assert.True(from >= 0, $"The page of {kind} has no example in {language}.");
        return page[(from + fence.Length)..page.IndexOf("```", from + fence.Length, StringComparison.Ordinal)];
    }
}
