using System.Collections.Immutable;
using System.Globalization;
using Mesh.Model.Planning;
using Mesh.Model.Serialization;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Kubernetes.Injection;

/// <summary>A workload of a manifest: who it is, what it serves and whom it calls, by what stands in it.</summary>
internal sealed class InjectedWorkload
{
    /// <summary>Of a pod template: whom it calls, such as <c>orders/http, postgres/tcp</c>.</summary>
    public const string Uses = "mesh.dev/uses";

    /// <summary>Of a pod template: what is spoken at a port whose name does not say it, such as <c>api=grpc</c>.</summary>
    public const string Protocols = "mesh.dev/protocols";

    /// <summary>Of a pod template: the ports that people outside the mesh may use.</summary>
    public const string External = "mesh.dev/external";

    /// <summary>Of a pod template: <c>"false"</c> leaves it as it is.</summary>
    public const string Inject = "mesh.dev/inject";

    internal static readonly string[] Probes = ["startupProbe", "readinessProbe", "livenessProbe"];

    private static readonly Dictionary<string, string[]> Templates = new()
    {
        ["Deployment"] = ["spec", "template"],
        ["StatefulSet"] = ["spec", "template"],
        ["DaemonSet"] = ["spec", "template"],
        ["ReplicaSet"] = ["spec", "template"],
        ["Job"] = ["spec", "template"],
        ["CronJob"] = ["spec", "jobTemplate", "spec", "template"],
        ["Pod"] = [],
    };

    private readonly List<Violation> _violations = [];

    private InjectedWorkload(MeshDocument document, string[] path, string ns)
    {
        (Document, TemplatePath) = (document, path);
        Template = path.Aggregate(document.Root, (node, name) => node[name] as ObjectNode ?? new ObjectNode([]));
        Id = new ServiceId(Tree.Text(document.Root, "metadata", "namespace") ?? ns, Tree.Text(Template, "metadata", "labels", Installation.MeshNames.ServiceLabel) ?? Tree.Text(document.Root, "metadata", "name") ?? "");
        Ports = [.. Containers.SelectMany(c => Tree.Items(c, "ports")).Select(Port).OfType<EndpointDescription>()];
        Calls = [.. List(Uses).Select(Use).OfType<UseDescription>()];
        if (Tree.Items(Template, "spec", "initContainers").Any(c => Tree.Text(c, "name") == Pods.Sidecar.ContainerName))
        {
            Wrong("spec.initContainers", "has the sidecar already; give the manifest that you wrote, and not what came of it");
        }

        if (Containers.Any(c => Probes.Any(p => (c[p] as ObjectNode)?["grpc"] is not null)))
        {
            Wrong("spec.containers", "has a gRPC probe, which goes past the sidecar; use httpGet or tcpSocket, which the sidecar answers");
        }

        if (Tree.Text(Template, "spec", "serviceAccountName") is { } account && account != Id.Name)
        {
            Wrong("spec.serviceAccountName", $"is '{account}', but the ServiceAccount is the identity, which is '{Id.Name}': leave it out, or set the label {Installation.MeshNames.ServiceLabel} to '{account}'");
        }
    }

    public MeshDocument Document { get; }

    public string[] TemplatePath { get; }

    /// <summary>The pod, or the template of pods.</summary>
    public ObjectNode Template { get; }

    public ServiceId Id { get; }

    public ImmutableArray<EndpointDescription> Ports { get; }

    public ImmutableArray<UseDescription> Calls { get; }

    public IReadOnlyList<Violation> Violations => _violations;

    public IEnumerable<ObjectNode> Containers => Tree.Items(Template, "spec", "containers");

    public ObjectNode Labels => Template["metadata"] is ObjectNode metadata && metadata["labels"] is ObjectNode labels ? labels : new ObjectNode([]);

    /// <summary>The workload; <see langword="null"/>: the document is none, or wants no sidecar.</summary>
    public static InjectedWorkload? Of(MeshDocument document, string ns)
    {
        if (!Templates.TryGetValue(Tree.Text(document.Root, "kind") ?? "", out var path) || (Tree.Text(document.Root, "apiVersion") ?? "").StartsWith("mesh.dev/", StringComparison.Ordinal))
        {
            return null;
        }

        var workload = new InjectedWorkload(document, path, ns);
        return workload.Annotation(Inject) == "false" ? null : workload;
    }

    /// <summary>What the planner is told.</summary>
    public WorkloadDescription Describe() => new()
    {
        Id = Id,
        Endpoints = Ports,
        Uses = Calls,
        DeclaredAt = At(""),
    };

    private EndpointDescription? Port(ObjectNode port)
    {
        if (!int.TryParse(Tree.Text(port, "containerPort"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || (Tree.Text(port, "protocol") ?? "TCP") != "TCP")
        {
            return null;
        }

        var name = Tree.Text(port, "name") ?? string.Create(CultureInfo.InvariantCulture, $"port-{number}");
        var said = List(Protocols).Select(p => p.Split('=')).FirstOrDefault(p => p.Length == 2 && p[0] == name)?[1];
        if (said is not null && !AppProtocols.TryParse(said, out _))
        {
            Wrong($"metadata.annotations.{Protocols}", $"says '{said}' of {name}; use http, http2, grpc, https or tcp");
        }

        return new EndpointDescription { Name = name, Protocol = ProtocolOf(said ?? name), AppPort = number, External = List(External).Contains(name), DeclaredAt = At("spec.containers") };
    }

    // The name of a port says what is spoken there, or an annotation; nobody looks into the traffic.
    internal static AppProtocol ProtocolOf(string word) => AppProtocols.TryParse(word, out var protocol) ? protocol : AppProtocol.Tcp;

    private UseDescription? Use(string text)
    {
        var parts = text.Split('/');
        if (parts.Length is < 2 or > 3 || parts.Any(p => !DnsLabel.IsValid(p)))
        {
            Wrong($"metadata.annotations.{Uses}", $"names '{text}'; say service/port, or namespace/service/port");
            return null;
        }

        return new UseDescription(new ServiceId(parts.Length == 3 ? parts[0] : Id.Namespace, parts[^2]), parts[^1], At($"metadata.annotations.{Uses}"));
    }

    private string[] List(string annotation) => (Annotation(annotation) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private string? Annotation(string name) => Tree.Text(Template, "metadata", "annotations", name) ?? Tree.Text(Document.Root, "metadata", "annotations", name);

    private void Wrong(string path, string message) => _violations.Add(new Violation(Path(path), message, Document.Line));

    private Declaration At(string path) => new(Path(path), Document.Line, string.Create(CultureInfo.InvariantCulture, $"{Document.SourceName}:{Document.Line}"));

    private FieldPath Path(string path)
    {
        var at = FieldPath.Root / (Tree.Text(Document.Root, "kind") ?? "") / Id.Name;
        return path.Length == 0 ? at : at / path;
    }
}
