using System.Collections.Immutable;
using Mesh.Model.Policies;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Yaml;

namespace Mesh.Hosting.Tests.Policies;

/// <summary>What is said in C#, and the YAML that says the same.</summary>
internal sealed class PolicyTable : Dictionary<string, (Action<ShopApp> Said, string Yaml)>
{
    /// <summary>The rows' names.</summary>
    public TheoryData<string> Rows => [.. Keys];

    /// <summary>Fails unless the AppHost's policies are those of the YAML, and every entry knows the line that said it.</summary>
    public void Check(string row)
    {
        var app = new ShopApp();
        this[row].Said(app);

        var (policies, errors) = app.Make();

        Assert.Empty(errors);
        Assert.Equal(Read(this[row].Yaml).Select(Text).Order(StringComparer.Ordinal), policies.Select(Text).Order(StringComparer.Ordinal));
        Assert.All(policies.SelectMany(p => p.Metadata.DeclaredAt.Values), place => Assert.Matches(@"^Policies/\w+\.cs:\d+$", place));
    }

    /// <summary>The policies of a YAML text; <c>apiVersion</c> may be left out.</summary>
    public static ImmutableArray<Policy> Read(string yaml)
    {
        var documents = string.Join("\n---\n", yaml.Split("\n---\n").Select(d => d.Contains("apiVersion:", StringComparison.Ordinal) ? d : $"apiVersion: {Model.Resources.DeclaredResource.ApiVersion}\n{d}"));
        var read = DocumentReader.ReadYaml(documents, "expected.yaml");
        Assert.Empty(read.Violations);
        return [.. read.Documents.Select(d =>
        {
            var result = ResourceReader.Read(d);
            Assert.Empty(result.Violations);
            return Assert.IsType<Policy>(result.Resource, exactMatch: false);
        })];
    }

    /// <summary>What a policy says, wherever it was said.</summary>
    public static string Text(Policy policy) =>
        JsonDocumentWriter.Write(ResourceWriter.Write(policy with { Metadata = policy.Metadata with { DeclaredAt = new ResourceMetadata { Name = "" }.DeclaredAt } }));
}
