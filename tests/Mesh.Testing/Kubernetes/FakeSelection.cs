using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Mesh.Testing.Kubernetes;

/// <summary>Which objects of a collection are meant: those of a namespace, of a name, with labels.</summary>
internal sealed record FakeSelection(FakePath Path, string? Name, string[] Labels)
{
    public static FakeSelection Of(FakePath path, IQueryCollection query)
    {
        var field = query["fieldSelector"].ToString();
        return new(path, field.StartsWith("metadata.name=", StringComparison.Ordinal) ? field["metadata.name=".Length..] : null, query["labelSelector"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries));
    }

    public bool Matches(string groupVersion, string resource, JsonObject o) =>
        groupVersion == Path.GroupVersion
        && resource == Path.Resource
        && (Path.Namespace is null || (string?)o["metadata"]?["namespace"] == Path.Namespace)
        && (Name is null || (string?)o["metadata"]?["name"] == Name)
        && Labels.All(label => Matches(o["metadata"]?["labels"], label));

    private static bool Matches(JsonNode? labels, string label) =>
        label.Split('=', 2) is [var name, var value] ? (string?)labels?[name] == value : labels?[label] is not null;
}
