using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Mesh.Benchmarks.Certificates;
using Mesh.Model.Bootstrap;
using Mesh.Model.Snapshots;

namespace Mesh.Benchmarks.Candidates;

/// <summary>Two sidecars that serve from their state directories, as they would with the control plane away.</summary>
/// <param name="binary">What runs; <see langword="null"/>: nothing was built.</param>
/// <param name="carries">HTTP or the tunnel of the same snapshot.</param>
/// <param name="protocol">What the sidecars speak between them.</param>
internal sealed class MeshPair(MeshProxyBinary? binary, Wire carries, WireProtocol protocol) : Candidate
{
    public override string Name => (carries, protocol) switch
    {
        (Wire.Tcp, _) => "mesh tcp",
        (_, WireProtocol.Auto) => "mesh",
        (_, WireProtocol.Http1) => "mesh h1",
        _ => "mesh h2",
    };

    public override Wire Wire => carries;

    public override string Version => binary?.Description ?? "";

    public override string SwitchedOn => carries == Wire.Tcp
        ? "SPIFFE identity checked on both ends, permissions (3 rules), metrics, least request, admin endpoint; no exporter, no session resumption"
        : "SPIFFE identity checked on both ends, routing (5 rules, the last one matches), permissions (3 rules), retries armed (budget), metrics, "
            + $"trace context passed on, least request, admin endpoint; wire {protocol.ToString().ToLowerInvariant()}; no exporter, no session resumption";

    public override string? Missing => binary is null ? "no mesh-proxy was built; `./build.sh bench` builds it" : null;

    public override PairPlan Prepare(Workplace workplace)
    {
        var entry = new IPEndPoint(IPAddress.Loopback, workplace.Ports.Take());
        var door = new IPEndPoint(IPAddress.Loopback, workplace.Ports.Take());
        var http = carries == Wire.Http ? entry.Port : workplace.Ports.Take();
        var raw = carries == Wire.Tcp ? entry.Port : workplace.Ports.Take();
        var folder = workplace.NewFolder(Name.Replace(' ', '-'));
        var near = Sidecar(
            workplace,
            Path.Combine(folder, "near"),
            workplace.Certificates.Caller,
            MeshSnapshots.ForCaller(protocol),
            MeshSnapshots.Endpoints(door),
            new() { [ResourceNames.Outbound(MeshSnapshots.Http)] = Loopback(http), [ResourceNames.Outbound(MeshSnapshots.Raw)] = Loopback(raw) },
            []);
        var far = Sidecar(
            workplace,
            Path.Combine(folder, "far"),
            workplace.Certificates.Callee,
            MeshSnapshots.ForCallee(),
            [],
            new() { [ResourceNames.MeshDoor] = door.ToString() },
            new() { [MeshSnapshots.Http.Port] = workplace.Upstream.ToString(), [MeshSnapshots.Raw.Port] = workplace.Upstream.ToString() });
        return new PairPlan(entry, near, far);
    }

    private CommandLine Sidecar(
        Workplace workplace,
        string folder,
        LeafFiles leaf,
        ProxySnapshot snapshot,
        IReadOnlyList<EndpointSet> endpoints,
        Dictionary<string, string> listeners,
        Dictionary<string, string> applications)
    {
        MeshState.Write(folder, leaf, workplace.Certificates, snapshot, endpoints);
        var bootstrap = new SidecarBootstrap
        {
            TrustDomain = BenchCertificates.TrustDomain,
            Service = $"bench/{leaf.Service}",
            Replica = $"{leaf.Service}-1",
            TrustBundle = [File.ReadAllText(workplace.Certificates.RootFile)],
            StateDirectory = folder,
            Listeners = listeners.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Applications = applications.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Admin = new AdminBootstrap { Address = Loopback(workplace.Ports.Take()) },
        };
        var file = folder + ".json";
        SecretFile.Write(file, JsonSerializer.Serialize(bootstrap, BootstrapJson.Default.SidecarBootstrap));
        return binary!.Run(file);
    }

    private static string Loopback(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
}
