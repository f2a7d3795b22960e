using Mesh.Kubernetes.Definitions;
using Mesh.Kubernetes.Manifests;
using Mesh.Model.Serialization;
using Mesh.Testing;
using Mesh.Yaml;

namespace Mesh.Kubernetes.Tests.Definitions;

/// <summary>The definitions that are checked in are those that the schemas of documents make.</summary>
public sealed class CustomResourceDefinitionTests
{
    public static TheoryData<string> Kinds => [.. CustomResource.All.Select(r => r.Kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void File_SaysWhatTheSchemaSays(string kind)
    {
        var resource = new CustomResource(kind);
        var made = ManifestText.Write(CustomResourceDefinitions.All.Single(d => ((ScalarNode)((ObjectNode)d["metadata"]!)["name"]!).Text == resource.DefinitionName));
        var file = Checkout.PathTo("src", "Mesh.Kubernetes", "crds", CustomResourceDefinitions.FileName(resource));
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(file, made);
        }

        Assert.True(File.Exists(file), $"{file} is missing: run the tests of Mesh.Kubernetes with UPDATE_GOLDEN=1.");
        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), made);
    }

    [Fact]
    public void Files_AreThoseOfTheKinds() =>
        Assert.Equal(CustomResource.All.Select(CustomResourceDefinitions.FileName).Order(StringComparer.Ordinal), CustomResourceDefinitions.Files.Keys);

    [Fact]
    public void Names_OfTwoKinds_Differ()
    {
        var names = CustomResource.All.SelectMany(r => new[] { r.Singular, r.Plural, r.ShortName }).ToList();

        Assert.Equal(names.Count, names.Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("Service", "services", "mser")]
    [InlineData("Retry", "retries", "mret")]
    [InlineData("HttpRoute", "httproutes", "mhr")]
    public void Names_FollowTheKind(string kind, string plural, string shortName)
    {
        var resource = new CustomResource(kind);

        Assert.Equal((plural, shortName), (resource.Plural, resource.ShortName));
    }

    // What Kubernetes asks of a structural schema: one type for each node, and lists that say what is in them.
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Schema_IsStructural(string kind)
    {
        var read = DocumentReader.ReadYaml(CustomResourceDefinitions.Files[CustomResourceDefinitions.FileName(new CustomResource(kind))], kind);
        Assert.Empty(read.Violations);
        var version = (ObjectNode)((ListNode)((ObjectNode)read.Documents.Single().Root["spec"]!)["versions"]!).Items.Single();

        Structural((ObjectNode)((ObjectNode)version["schema"]!)["openAPIV3Schema"]!, kind);
    }

    private static void Structural(ObjectNode schema, string at)
    {
        if (schema["x-kubernetes-int-or-string"] is not null)
        {
            return;
        }

        var type = Assert.IsType<ScalarNode>(schema["type"]);
        if (type.Text == "array")
        {
            Structural(Assert.IsType<ObjectNode>(schema["items"]), $"{at}[]");
        }

        Assert.True(type.Text == "object" || schema["properties"] is null, $"{at} has properties but is no object");
        foreach (var property in (schema["properties"] as ObjectNode)?.Members ?? [])
        {
            Structural((ObjectNode)property.Value, $"{at}.{property.Name}");
        }
    }
}
