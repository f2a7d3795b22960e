using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Aspire.Hosting.Kubernetes;
using Aspire.Hosting.Kubernetes.Resources;
using Mesh.Hosting.Diagnostics;
using Mesh.Hosting.Publishing;
using Mesh.Kubernetes.Manifests;
using Mesh.Kubernetes.Pods;
using Mesh.Model.Bootstrap;
using Mesh.Model.Planning;
using Mesh.Model.Serialization;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Kubernetes;

/// <summary>The pods of one workload as the publisher made them.</summary>
/// <param name="mesh">The mesh.</param>
/// <param name="workload">The workload.</param>
/// <param name="published">What the publisher made.</param>
/// <param name="dashboard">The name of the dashboard that takes their telemetry; <see langword="null"/>: there is none.</param>
internal sealed partial class PublishedPods(PublishedMesh mesh, PlannedWorkload workload, KubernetesResource published, string? dashboard)
{
    /// <summary>The time that Kubernetes gives an app to end unless somebody says otherwise.</summary>
    private const long UsualGracePeriod = 30;

    private readonly PlannedReplica _replica = workload.Replicas[0];
    private readonly PodSpecV1 _spec = published.Workload!.PodTemplate.Spec;

    private ContainerV1 App => _spec.Containers[0];

    // As the publisher made them: Service and probes are changed by them.
    private IReadOnlyList<PublishedPort> Ports => field ??= [.. workload.Service.Ports.Select(p => Port(p.Name))];

    /// <summary>What the mesh has to know of them.</summary>
    public PodSpec Describe()
    {
        var probed = Probes().Select(p => (Probe: p, Port: Ports.FirstOrDefault(d => IsAt(p, d)))).Where(p => p.Port is not null).ToList();
        var doors = probed.Where(p => !p.Port!.External).Select(p => (p.Port!, Path: p.Probe.Path)).Distinct().ToList();
        return new PodSpec
        {
            Service = workload.Service.Id,
            Listeners = _replica.Listeners.ToImmutableSortedDictionary(l => l.Key, l => Ports.FirstOrDefault(p => ResourceNames.FrontDoor(p.Name) == l.Key) is { } port ? $"0.0.0.0:{port.Open}" : l.Value, StringComparer.Ordinal),
            Applications = _replica.Applications,
            ProbeDoors = [.. doors.Select(d => new ProbeDoor { Address = $"0.0.0.0:{d.Item1.Open}", Path = d.Path, Application = d.Item1.Name })],
            EgressSecrets = [.. PublishedEgress.Secrets(mesh, workload)],
            Egress = mesh.Mesh.Options.EgressPolicy ? [.. PublishedEgress.Rules(mesh, workload, dashboard)] : null,
            OpenPorts = Ports.Where(p => p.External).ToImmutableSortedDictionary(p => p.Name.Length > 10 ? p.Name[..10].TrimEnd('-') : p.Name, p => p.Open, StringComparer.Ordinal),
        };
    }

    /// <summary>Puts the sidecar into them.</summary>
    public void Change(Sidecar sidecar)
    {
        var template = published.Workload!.PodTemplate;
        foreach (var (name, value) in sidecar.Labels)
        {
            template.Metadata.Labels[name] = value;
        }

        foreach (var (name, value) in sidecar.Annotations)
        {
            template.Metadata.Annotations[name] = ChartText.Render(value);
        }

        MovePorts();
        MoveOtherProbes();
        ChangeApp();
        _spec.InitContainers.Insert(0, TypedObject.Read<ContainerV1>(Rendered(sidecar.Container())));
        _spec.Volumes.AddRange(sidecar.Volumes().Select(v => TypedObject.Read<VolumeV1>(Rendered(v))));
        _spec.ServiceAccountName = sidecar.ServiceAccount;
        _spec.AutomountServiceAccountToken ??= false;
        _spec.EnableServiceLinks = false; // a Service named like the mesh would put its variables beside ours
        _spec.TerminationGracePeriodSeconds = sidecar.TerminationGracePeriodSeconds(_spec.TerminationGracePeriodSeconds ?? UsualGracePeriod);
        if (published.Workload is Deployment { Spec.Strategy.RollingUpdate: { } rolling })
        {
            rolling.MaxUnavailable = 0; // with one replica the only pod would go first
        }
        else if (published.Workload is StatefulSet set && string.IsNullOrEmpty(set.Spec.ServiceName) && published.Service is { } service)
        {
            set.Spec.ServiceName = service.Metadata.Name;
        }
    }

    private void ChangeApp()
    {
        var security = App.SecurityContext ??= new SecurityContextV1();
        if (ImageUsers.Of(mesh.Reading.Workloads[workload.Service.Id]) is { } user)
        {
            security.RunAsUser ??= user;
            security.RunAsGroup ??= user;
            (_spec.SecurityContext ??= new PodSecurityContextV1()).FsGroup ??= user; // its volumes are to be its own
        }

        security.AllowPrivilegeEscalation ??= false;
        security.RunAsNonRoot ??= true;
        security.SeccompProfile ??= new SeccompProfileV1 { Type = "RuntimeDefault" };
        security.Capabilities ??= new CapabilitiesV1 { Drop = { "ALL" } };
        App.Lifecycle ??= new LifecycleV1();
        App.Lifecycle.PreStop ??= TypedObject.Read<LifecycleHandlerV1>(Node.Object(("sleep", Node.Object(("seconds", Node.Number(SidecarSettings.PreStopSeconds))))));
        App.Env.Add(TypedObject.Read<EnvVarV1>(Containers.FromField(EnvironmentNames.Replica, "metadata.name")));
    }

    // Where the app was moved to a port of its own, the declared one is the sidecar's and Service, Ingress and probes of external endpoints stay as they are. Where it could not, they
    // are moved. An internal port of a Service leads to the door for plain text, which is closed unless a policy makes the port permissive.
    private void MovePorts()
    {
        foreach (var port in Ports)
        {
            var isMoved = port.Moved && App.Ports.Find(p => IsNamed(p, port)) is { } declared && App.Ports.Remove(declared);
            foreach (var service in (published.Service?.Spec.Ports ?? []).Where(p => (p.Name == port.Endpoint || !isMoved) && p.TargetPort.Value == port.Declared))
            {
                if (!port.External)
                {
                    service.TargetPort = new Int32OrStringV1(_replica.PlainDoor(port.Name)!.Split(':')[^1]);
                }
                else if (!isMoved)
                {
                    service.TargetPort = new Int32OrStringV1(ChartText.Render(port.Open));
                }
            }
        }

        foreach (var probe in Probes())
        {
            probe.Scheme = probe.Scheme?.ToUpperInvariant() ?? "HTTP"; // the only spelling that the API server takes
            if (Ports.FirstOrDefault(p => IsAt(probe, p)) is { } port)
            {
                probe.Scheme = "HTTP"; // sidecars have no certificate that the kubelet would trust
                probe.Port = new Int32OrStringV1($"{ChartText.Render(port.Open)}");
            }
        }
    }

    private IEnumerable<HttpGetActionV1> Probes() => AllProbes().Select(p => p.HttpGet).OfType<HttpGetActionV1>();

    private IEnumerable<ProbeV1> AllProbes() => new[] { App.StartupProbe, App.ReadinessProbe, App.LivenessProbe }.OfType<ProbeV1>();

    // The kubelet comes from outside the pod, where the app's own ports are closed: the sidecar looks for it.
    private void MoveOtherProbes()
    {
        foreach (var probe in AllProbes())
        {
            if (probe.Grpc is not null)
            {
                throw MeshDiagnostics.UnprobeablePort(workload.Service.Id.Name);
            }

            // A project's port is an expression, for which nobody can write the probe's number but its default.
            if (probe.TcpSocket is { } tcp && (Ports.FirstOrDefault(p => p.Declared == tcp.Port.ToString(CultureInfo.InvariantCulture)) ?? (Ports.Count == 1 ? Ports[0] : null)) is { } port)
            {
                probe.TcpSocket = null;
                probe.HttpGet = new HttpGetActionV1 { Scheme = "HTTP", Path = Sidecar.AppProbePath(port.Name), Port = ContainerPorts.Health };
            }
        }
    }

    private static bool IsAt(HttpGetActionV1 probe, PublishedPort port) => probe.Port?.Value == port.Declared || probe.Port?.Value == port.Endpoint;

    private PublishedPort Port(string name)
    {
        var endpoint = mesh.Reading.Endpoints[new PortRef(workload.Service.Id, name)];
        var declared = published.Service?.Spec.Ports.Find(p => p.Name == endpoint.Name)?.TargetPort.Value
            ?? App.Ports.Find(p => p.Name == endpoint.Name)?.ContainerPort?.Value
            ?? endpoint.TargetPort?.ToString(CultureInfo.InvariantCulture)
            ?? throw new InvalidOperationException($"The publisher gave '{endpoint.Name}' of '{workload.Service.Id.Name}' no port.");
        var moved = mesh.Scope.CanMove(endpoint);
        return new PublishedPort(
            name, endpoint.Name, declared, moved, endpoint.IsExternal,
            moved ? Marked(declared) : FreePort(name));
    }

    // The app keeps the declared port, so the sidecar takes another: the planner's for a front door, and the next ones for probes.
    private string FreePort(string name)
    {
        if (_replica.FrontDoor(name) is { } planned)
        {
            return planned[(planned.LastIndexOf(':') + 1)..];
        }

        var index = workload.Service.Ports.ToList().FindIndex(p => p.Name == name);
        return (FirstProbeDoor + index).ToString(CultureInfo.InvariantCulture);
    }

    private const int FirstProbeDoor = 15030;

    private static bool IsNamed(ContainerPortV1 port, PublishedPort declared) => port.Name == declared.Endpoint || port.ContainerPort?.Value == declared.Declared;

    // The publisher's own expression, such as {{ .Values.parameters.orders.port_http | int }}.
    private static string Marked(string port) => HelmExpression().Match(port) is { Success: true } match ? ChartText.Expression(match.Groups["expression"].Value.Trim()) : port;

    private static ObjectNode Rendered(ObjectNode node) => new([.. node.Members.Select(m => m with { Value = Rendered(m.Value) })]);

    private static DocumentNode Rendered(DocumentNode node) => node switch
    {
        ObjectNode o => Rendered(o),
        ListNode l => new ListNode([.. l.Items.Select(Rendered)]),
        ScalarNode scalar => scalar with { Text = ChartText.Render(scalar.Text) },
        _ => node,
    };

    [GeneratedRegex(@"^\{\{(?<expression>[^{}]*)\}\}$")]
    private static partial Regex HelmExpression();
}
