using System.Text.Json.Nodes;

namespace Mesh.ControlPlane.Kubernetes.Wire;

/// <summary>What every object of the Kubernetes API has.</summary>
internal static class ObjectJson
{
    public static string Name(this JsonObject o) => (string?)o["metadata"]?["name"] ?? "";

    public static string? Version(this JsonObject o) => (string?)o["metadata"]?["resourceVersion"];

    public static long Generation(this JsonObject o) => (long?)o["metadata"]?["generation"] ?? 0;

    public static string? Annotation(this JsonObject o, string name) => (string?)o["metadata"]?["annotations"]?[name];

    public static string? Label(this JsonObject o, string name) => (string?)o["metadata"]?["labels"]?[name];
}
