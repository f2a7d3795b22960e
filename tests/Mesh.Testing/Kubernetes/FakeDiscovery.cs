using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Mesh.Model.Resources;

namespace Mesh.Testing.Kubernetes;

/// <summary>What kubectl asks before it asks for anything: the groups, and the kinds of ours.</summary>
internal static class FakeDiscovery
{
    public static bool TryAnswer(string path, FakeObjects objects, [NotNullWhen(true)] out FakeAnswer? answer)
    {
        answer = path switch
        {
            "version" => FakeAnswer.Ok(new JsonObject { ["major"] = "1", ["minor"] = "32", ["gitVersion"] = "v1.32.0" }),
            "api" => FakeAnswer.Ok(new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1") }),
            "apis" => FakeAnswer.Ok(Groups()),
            "api/v1" => FakeAnswer.Ok(Resources("v1", [("pods", "Pod"), ("secrets", "Secret"), ("configmaps", "ConfigMap")])),
            "apis/mesh.dev/v1alpha1" => FakeAnswer.Ok(Resources(
                DeclaredResource.ApiVersion,
                CustomResourceNames.Kinds
                    .Select(k => (CustomResourceNames.PluralOf(k), k))
                    .Where(k => objects.Serves(new FakePath(DeclaredResource.ApiVersion, k.Item1, null, null, null))))),
            _ => null,
        };
        return answer is not null;
    }

    private static JsonObject Groups() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray(new JsonObject
        {
            ["name"] = CustomResourceNames.Group,
            ["versions"] = new JsonArray(Version()),
            ["preferredVersion"] = Version(),
        }),
    };

    private static JsonObject Version() => new() { ["groupVersion"] = DeclaredResource.ApiVersion, ["version"] = CustomResourceNames.Version };

    private static JsonObject Resources(string groupVersion, IEnumerable<(string Plural, string Kind)> kinds) => new()
    {
        ["kind"] = "APIResourceList",
        ["apiVersion"] = "v1",
        ["groupVersion"] = groupVersion,
        ["resources"] = new JsonArray([.. kinds.Select(k => new JsonObject
        {
            ["name"] = k.Plural,
            ["singularName"] = k.Kind.ToLowerInvariant(),
            ["namespaced"] = true,
            ["kind"] = k.Kind,
            ["verbs"] = new JsonArray("create", "delete", "get", "list", "patch", "update", "watch"),
        })]),
    };
}
