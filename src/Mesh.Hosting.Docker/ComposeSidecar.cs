using System.Collections.Immutable;
using Mesh.Kubernetes.Installation;
using Mesh.Kubernetes.Manifests;
using Mesh.Model.Bootstrap;
using Mesh.Model.Planning;
using Mesh.Model.Serialization;

namespace Mesh.Hosting.Docker;

/// <summary>
/// The two Compose services of one workload. The sidecar has the network: name, ports and address are its own, and the app joins it, so that both meet on loopback and the
/// app may be made anew without anybody losing an address.
/// </summary>
internal sealed class ComposeSidecar(ComposeNames names, PlannedWorkload workload, string service, ComposeStart start, ComposePorts ports)
{
    private const string File = $"{ComposeNames.Settings}/bootstrap.json";

    /// <summary>What only the owner of a network may say of it.</summary>
    private static readonly ImmutableArray<string> OfTheNetwork = ["networks", "hostname", "domainname", "dns", "dns_search", "extra_hosts", "links", "external_links", "mac_address"];

    private readonly PlannedReplica _replica = workload.Replicas[0];

    /// <summary>The text of the sidecar's start-up file. There is no secret in it.</summary>
    public string StartFile => field ??= ComposeJson.Text(new SidecarBootstrap
    {
        TrustDomain = start.TrustDomain,
        Service = workload.Service.Id.ToString(),
        Replica = workload.Service.Id.Name,
        ControlPlane = $"https://{names.ControlPlane}:{ControlPlanePorts.Grpc}",
        TrustBundleFile = $"{ComposeNames.Identity}/roots.pem",
        TokenFile = $"{ComposeNames.Identity}/token",
        StateDirectory = $"{ComposeNames.State}/state",
        Listeners = ports.Listeners(),
        Applications = _replica.Applications,
        Admin = new AdminBootstrap { Address = $"127.0.0.1:{ContainerPorts.Admin}" },
        Telemetry = start.Telemetry is { } endpoint ? new TelemetryBootstrap { Endpoint = endpoint } : null,
        LogLevel = start.LogLevel,
    }, BootstrapJson.Default.SidecarBootstrap);

    /// <summary>The sidecar.</summary>
    /// <param name="app">The service as the publisher wrote it.</param>
    public ObjectNode Sidecar(ObjectNode app)
    {
        var published = ports.Move(app["ports"] is ListNode list ? list.Items.OfType<ScalarNode>().Select(i => i.Text) : []);
        return MeshContainer.Service(names, names.Programs.ProxyCommand, ["run", "--bootstrap", File, "--restart"], StartFile, "256M",
        [
            ("stop_grace_period", Node.Text("30s")),
            ("configs", Node.List(MeshContainer.Config(names.Sidecar(service), File))),
            ("volumes", Node.List(MeshContainer.Mount("volume", names.IdentityVolume(service), ComposeNames.Identity, readOnly: true))),
            ("tmpfs", Node.Texts($"{ComposeNames.State}:{MeshContainer.Owner},size=16m")),
            ("ports", Node.ListOrNone(published.Select(Node.Text))),
            ("expose", Node.Texts($"{ContainerPorts.MeshDoor}")),
            .. OfTheNetwork.Select(m => (m, m == "networks" ? Networks(app) : app[m])),
            ("depends_on", Node.Object((names.ControlPlane, Node.Object(("condition", Node.Text("service_healthy")))))),
            ("healthcheck", MeshContainer.HealthCheck([.. names.Programs.ProxyCommand, "healthcheck", "--bootstrap", File])),
        ]);
    }

    /// <summary>The app: as the publisher wrote it, in the sidecar's network, and started after it.</summary>
    public ObjectNode App(ObjectNode app)
    {
        var dependencies = app["depends_on"] as ObjectNode ?? new ObjectNode([]);
        var variables = app["environment"] as ObjectNode ?? new ObjectNode([]);
        var kept = new ObjectNode([.. app.Members.Where(m => m.Name is not ("ports" or "expose" or "depends_on" or "environment") && !OfTheNetwork.Contains(m.Name))]);
        return Node.With(
            kept,
            ("environment", Node.With(variables, (EnvironmentNames.Replica, Node.Text(workload.Service.Id.Name)))),
            ("network_mode", Node.Text($"service:{names.Sidecar(service)}")),
            // With a network that is gone there is nothing to come back to, so Compose makes the app anew with its sidecar.
            ("depends_on", Node.With(dependencies, (names.Sidecar(service), Node.Object(("condition", Node.Text("service_healthy")), ("restart", Node.Yes))))));
    }

    // Whoever is outside the mesh knows the workload by the name of its app.
    private ObjectNode Networks(ObjectNode app)
    {
        var aliases = Node.Object(("aliases", Node.Texts(service)));
        return app["networks"] is ListNode { Items.IsEmpty: false } networks
            ? new ObjectNode([.. networks.Items.OfType<ScalarNode>().Select(n => new DocumentMember(n.Text, aliases))])
            : Node.Object(("default", aliases));
    }
}
