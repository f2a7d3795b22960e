using System.Text.Json;
using System.Text.Json.Serialization;
using Mesh.Hosting.Kubernetes.Tests.Charts;
using Mesh.Model.Serialization;

namespace Mesh.Hosting.Kubernetes.Tests.Azure;

/// <summary>The parts of azd's azure.yaml that are used here, by its schema v1.0; a member that is not among them is an error.</summary>
internal static class AzureYaml
{
    private static readonly JsonSerializerOptions Strict = new() { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    public static Project Read(string path) => JsonSerializer.Deserialize<Project>(JsonDocumentWriter.Write(RenderedChart.Parse(File.ReadAllText(path), "azure.yaml").Single()), Strict)!;

    public sealed record Project
    {
        [JsonPropertyName("name")] public required string Name { get; init; }

        [JsonPropertyName("infra")] public required Infra Infra { get; init; }

        [JsonPropertyName("services")] public required Dictionary<string, Service> Services { get; init; }
    }

    public sealed record Infra([property: JsonPropertyName("provider")] string Provider, [property: JsonPropertyName("path")] string Path);

    /// <summary>For <c>host: aks</c>: there a project is optional, and an image is not allowed.</summary>
    public sealed record Service
    {
        [JsonPropertyName("host")] public required string Host { get; init; }

        [JsonPropertyName("k8s")] public required Cluster K8s { get; init; }

        [JsonPropertyName("hooks")] public required Hooks Hooks { get; init; }
    }

    public sealed record Cluster([property: JsonPropertyName("namespace")] string Namespace, [property: JsonPropertyName("service")] Named Service, [property: JsonPropertyName("helm")] Helm Helm);

    public sealed record Named([property: JsonPropertyName("name")] string Name);

    public sealed record Helm([property: JsonPropertyName("releases")] Release[] Releases);

    public sealed record Release
    {
        [JsonPropertyName("name")] public required string Name { get; init; }

        [JsonPropertyName("chart")] public required string Chart { get; init; }

        [JsonPropertyName("values")] public string? Values { get; init; }

        /// <summary>For <c>helm --set</c>; variables of the azd environment are put in.</summary>
        [JsonPropertyName("overrides")] public Dictionary<string, string> Overrides { get; init; } = [];
    }

    public sealed record Hooks([property: JsonPropertyName("predeploy")] Hook Predeploy);

    /// <summary>One for each system; with both there may be no <c>run</c> beside them.</summary>
    public sealed record Hook([property: JsonPropertyName("posix")] Script Posix, [property: JsonPropertyName("windows")] Script Windows);

    public sealed record Script([property: JsonPropertyName("shell")] string Shell, [property: JsonPropertyName("run")] string Run);
}
