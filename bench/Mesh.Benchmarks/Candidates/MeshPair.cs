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
/// <param name="mesh">What they are told.</param>
internal sealed class MeshPair(MeshProxyBinary? binary, Wire carries, PairMesh mesh) : Candidate
{
    public override string Name => mesh.Name;

    public override Wire Wire => carries;

    public override string Version => binary?.Description ?? "";

    public override string SwitchedOn => mesh.SwitchedOn;

    public override string? Missing => binary is null ? "no mesh-proxy was built; `./build.sh bench` builds it" : null;

    public override PairPlan Prepare(Workplace workplace)
    {
        var entry = new IPEndPoint(IPAddress.Loopback, workplace.Ports.Take());
        var door = new IPEndPoint(IPAddress.Loopback, workplace.Ports.Take());
        var http = carries == Wire.Http ? entry.Port : workplace.Ports.Take();
        var raw = carries == Wire.Tcp ? entry.Port : workplace.Ports.Take();
        var folder = workplace.NewFolder(Name.Replace(", ", "-", StringComparison.Ordinal).Replace(' ', '-'));
        var near = Sidecar(
            workplace,
            Path.Combine(folder, "near"),
            workplace.Certificates.Caller,
            mesh.Caller,
            MeshSnapshots.Endpoints(door),
            new() { [ResourceNames.Outbound(MeshSnapshots.Http)] = Loopback(http), [ResourceNames.Outbound(MeshSnapshots.Raw)] = Loopback(raw) },
            []);
        var far = Sidecar(
            workplace,
            Path.Combine(folder, "far"),
            workplace.Certificates.Callee,
            mesh.Callee,
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
