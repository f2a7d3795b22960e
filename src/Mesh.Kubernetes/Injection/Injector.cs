using System.Collections.Immutable;
using System.Globalization;
using Mesh.Kubernetes.Definitions;
using Mesh.Kubernetes.Manifests;
using Mesh.Kubernetes.Pods;
using Mesh.Model;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Mesh.Model.Planning;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Kubernetes.Injection;

/// <summary>Puts the sidecar of published apps into workloads that no AppHost published. What is not a workload, or a Service that leads to one, stays as it is.</summary>
public sealed class Injector(InjectionSettings settings)
{
    private const int FirstProbeDoor = 15030;

    private readonly List<string> _notes = [];

    /// <summary>Changes the objects, or says all that is wrong.</summary>
    public InjectionResult Run(IEnumerable<MeshDocument> documents)
    {
        var given = documents.ToList();
        var workloads = given.Select(d => InjectedWorkload.Of(d, settings.Namespace)).OfType<InjectedWorkload>().ToList();
        var plan = MeshPlanner.Plan(Describe(workloads), PlanningTarget.Containers, ContainerPorts.Pick);
        var violations = workloads.SelectMany(w => w.Violations).Concat(plan.Violations).ToImmutableArray();
        if (!violations.IsEmpty)
        {
            return new InjectionResult([], violations, []);
        }

        var pods = workloads.ToDictionary(w => w, w => Describe(w, plan.Workloads.Single(p => p.Service.Id == w.Id).Replicas[0]));
        var changed = given.Select(d => workloads.Find(w => w.Document == d) is { } workload ? Inject(workload, pods[workload], plan) : Lead(d.Root, workloads, pods)).ToList();
        var beside = workloads.SelectMany(w => Beside(w, pods[w], plan)).Where(o => !changed.Exists(c => Key(c) == Key(o)));
        return new InjectionResult([.. changed, .. beside], [], [.. _notes]);
    }

    // Whom the manifest calls and does not hold is elsewhere in the cluster: that it serves the port is the control plane's to check.
    private MeshDescription Describe(List<InjectedWorkload> workloads)
    {
        var own = workloads.Select(w => w.Id).ToHashSet();
        var elsewhere = workloads.SelectMany(w => w.Calls).Where(u => !own.Contains(u.Target)).GroupBy(u => u.Target).Select(g => new WorkloadDescription
        {
            Id = g.Key,
            Endpoints = [.. g.Select(u => u.Port!).Distinct().Select(p => new EndpointDescription { Name = p, Protocol = InjectedWorkload.ProtocolOf(p) })],
        });
        return new MeshDescription { TrustDomain = TrustDomain.Parse(settings.Sidecars.TrustDomain), Workloads = [.. workloads.Select(w => w.Describe()), .. elsewhere] };
    }

    private static PodSpec Describe(InjectedWorkload workload, PlannedReplica replica) => new()
    {
        Service = workload.Id,
        Listeners = replica.Listeners,
        Applications = replica.Applications,
        ProbeDoors = [.. Probes(workload).Where(p => !p.Port.External).Select(p => new ProbeDoor { Address = $"0.0.0.0:{Door(workload, p.Port, replica.Listeners)}", Path = p.Path, Application = p.Port.Name }).Distinct()],
        OpenPorts = workload.Ports.Where(p => p.External).ToImmutableSortedDictionary(
            p => p.Name.Length > 10 ? p.Name[..10].TrimEnd('-') : p.Name, p => Door(workload, p, replica.Listeners), StringComparer.Ordinal),
    };

    private ObjectNode Inject(InjectedWorkload workload, PodSpec pod, MeshPlan plan)
    {
        var sidecar = new Sidecar(settings.Sidecars, pod);
        var variables = plan.Workloads.Single(w => w.Service.Id == workload.Id).Replicas[0].Environment.Where(v => v.Upstream is not null).ToList();
        foreach (var port in workload.Ports)
        {
            _notes.Add($"{workload.Id.Name} keeps its port {port.AppPort} ({port.Name}): let it listen on 127.0.0.1, or only a NetworkPolicy keeps others from going round its sidecar.");
        }

        return Tree.Edit(workload.Document.Root, workload.TemplatePath, template =>
        {
            template = Tree.Edit(template, ["metadata", "labels"], labels => sidecar.Labels.Aggregate(labels, (l, e) => Node.With(l, (e.Key, Node.Text(e.Value)))));
            template = Tree.Edit(template, ["metadata", "annotations"], annotations => sidecar.Annotations.Aggregate(annotations, (a, e) => Node.With(a, (e.Key, Node.Text(e.Value)))));
            return Tree.Edit(template, ["spec"], spec => Pod(spec, workload, pod, sidecar, variables));
        });
    }

    private ObjectNode Pod(ObjectNode spec, InjectedWorkload workload, PodSpec pod, Sidecar sidecar, List<PlannedVariable> variables)
    {
        var grace = long.TryParse(Tree.Text(spec, "terminationGracePeriodSeconds"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 30;
        spec = Tree.EditItems(spec, "containers", c => App(c, workload, pod, variables));
        return Node.With(
            spec,
            ("serviceAccountName", Node.Text(sidecar.ServiceAccount)),
            ("enableServiceLinks", Node.No),
            ("terminationGracePeriodSeconds", Node.Number(sidecar.TerminationGracePeriodSeconds(grace))),
            ("initContainers", Node.List([sidecar.Container(), .. Tree.Items(spec, "initContainers")])),
            ("volumes", Node.List([.. Tree.Items(spec, "volumes"), .. sidecar.Volumes()])));
    }

    private ObjectNode App(ObjectNode container, InjectedWorkload workload, PodSpec pod, List<PlannedVariable> variables)
    {
        var there = Tree.Items(container, "env").Select(e => (Name: Tree.Text(e, "name"), Value: Tree.Text(e, "value"))).ToList();
        foreach (var own in there.Where(e => variables.Exists(v => v.Name == e.Name && v.Value != e.Value)))
        {
            _notes.Add($"{workload.Id.Name} sets {own.Name} itself, to '{own.Value}': calls by it go past the mesh. Leave it out, and it will be {variables.Find(v => v.Name == own.Name)!.Value}.");
        }

        var missing = variables.Where(v => !there.Exists(e => e.Name == v.Name)).Select(v => Containers.Variable(v.Name, v.Value)).ToList();
        if (missing.Count > 0)
        {
            container = Node.With(container, ("env", Node.List([.. Tree.Items(container, "env"), .. missing])));
        }

        foreach (var probe in InjectedWorkload.Probes)
        {
            if (container[probe] is ObjectNode tcp && Tree.Text(tcp, "tcpSocket", "port") is { } socket && workload.Ports.FirstOrDefault(e => IsAt(e, socket)) is { } tried)
            {
                container = Node.With(container, (probe, Node.With(new ObjectNode([.. tcp.Members.Where(m => m.Name != "tcpSocket")]), ("httpGet", Node.Object(
                    ("path", Node.Text(Sidecar.AppProbePath(tried.Name))), ("port", Node.Number(ContainerPorts.Health)))))));
            }
            else if (container[probe] is ObjectNode p && Tree.Text(p, "httpGet", "port") is { } at && workload.Ports.FirstOrDefault(e => IsAt(e, at)) is { } port)
            {
                container = Tree.Edit(container, [probe, "httpGet"], get => Node.With(get, ("port", new ScalarNode(ScalarKind.Number, Door(workload, port, pod.Listeners)))));
            }
        }

        return (container["lifecycle"] as ObjectNode)?["preStop"] is not null ? container : Tree.Edit(
            container, ["lifecycle", "preStop", "sleep"], _ => Node.Object(("seconds", Node.Number(SidecarSettings.PreStopSeconds))));
    }

    // A Service leads to front doors; an internal port of it to the door for plain text, which is closed unless a policy makes the port permissive.
    private static ObjectNode Lead(ObjectNode node, List<InjectedWorkload> workloads, Dictionary<InjectedWorkload, PodSpec> pods)
    {
        if (Tree.Text(node, "kind") != "Service" || Tree.Text(node, "apiVersion") != "v1" || (node["spec"] as ObjectNode)?["selector"] is not ObjectNode { Members.IsEmpty: false } selector
            || workloads.Find(w => selector.Members.All(m => Tree.Text(w.Labels, m.Name) == (m.Value as ScalarNode)?.Text)) is not { } workload)
        {
            return node;
        }

        return Tree.Edit(node, ["spec"], spec => Tree.EditItems(spec, "ports", port =>
        {
            var target = Tree.Text(port, "targetPort") ?? Tree.Text(port, "port") ?? "";
            return workload.Ports.FirstOrDefault(e => IsAt(e, target)) is not { } endpoint ? port
                : Node.With(port, ("targetPort", new ScalarNode(ScalarKind.Number, endpoint.External ? Door(workload, endpoint, pods[workload].Listeners) : Number(pods[workload].Listeners[ResourceNames.PlainDoor(endpoint.Name)]))));
        }));
    }

    private IEnumerable<ObjectNode> Beside(InjectedWorkload workload, PodSpec pod, MeshPlan plan) =>
    [
        WorkloadObjects.ServiceAccount(settings.Sidecars, pod),
        WorkloadObjects.NetworkPolicy(settings.Sidecars, pod),
        CustomObject.Write(Document(plan.Workloads.Single(w => w.Service.Id == workload.Id).Service), labels: new Dictionary<string, string> { [Installation.MeshNames.MeshLabel] = settings.Sidecars.Names.Mesh }),
    ];

    private static ServiceResource Document(Service service) => new()
    {
        Metadata = new ResourceMetadata { Name = service.Id.Name, Namespace = service.Id.Namespace },
        Origin = new Origin(ServiceResource.KindName, service.Id.ToString()),
        Ports = service.Ports,
        Uses = [.. service.Uses.Select(u => $"{u.Callee}/{u.Port ?? "*"}")],
    };

    private static IEnumerable<(EndpointDescription Port, string Path)> Probes(InjectedWorkload workload) => workload.Containers
        .SelectMany(c => InjectedWorkload.Probes.Select(p => c[p])).OfType<ObjectNode>()
        .Select(p => (Port: workload.Ports.FirstOrDefault(e => IsAt(e, Tree.Text(p, "httpGet", "port") ?? "")), Path: Tree.Text(p, "httpGet", "path") ?? "/"))
        .Where(p => p.Port is not null).Select(p => (p.Port!, p.Path));

    private static bool IsAt(EndpointDescription endpoint, string port) => port == endpoint.Name || port == endpoint.AppPort?.ToString(CultureInfo.InvariantCulture);

    private static string Door(InjectedWorkload workload, EndpointDescription endpoint, ImmutableSortedDictionary<string, string> listeners) =>
        listeners.TryGetValue(ResourceNames.FrontDoor(endpoint.Name), out var front)
            ? Number(front)
            : (FirstProbeDoor + workload.Ports.IndexOf(endpoint)).ToString(CultureInfo.InvariantCulture);

    private static string Number(string address) => address[(address.LastIndexOf(':') + 1)..];

    private static (string?, string?, string?, string?) Key(ObjectNode node) =>
        (Tree.Text(node, "apiVersion"), Tree.Text(node, "kind"), Tree.Text(node, "metadata", "namespace"), Tree.Text(node, "metadata", "name"));
}
