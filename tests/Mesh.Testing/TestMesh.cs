using System.Collections.Immutable;
using Mesh.Model;
using Mesh.Model.Compilation;
using Mesh.Model.Identity;
using Mesh.Model.Policies;
using Mesh.Model.Policies.Targeting;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Yaml;

namespace Mesh.Testing;

/// <summary>
/// A mesh in one statement:
/// <code>TestMesh.Empty.Service("storefront", uses: ["orders"]).Service("orders", ports: ["http"]).Deny("storefront", at: "orders", methods: ["POST"])</code>
/// Immutable: each call gives a new mesh, so that a test can change one thing and compare.
/// </summary>
public sealed class TestMesh
{
    private readonly ImmutableList<DeclaredResource> _resources;

    private TestMesh(ImmutableList<DeclaredResource> resources) => _resources = resources;

    /// <summary>Nothing, in the trust domain shop.local.</summary>
    public static TestMesh Empty { get; } = new([]);

    /// <summary>The trust domain of every test mesh.</summary>
    public static TrustDomain TrustDomain { get; } = TrustDomain.Parse("shop.local");

    /// <summary>Everything in it, later ones over earlier ones of the same name.</summary>
    public MeshConfiguration Configuration => MeshConfiguration.Of(TrustDomain, _resources);

    /// <summary>What there is.</summary>
    public MeshTopology Topology => Configuration.Topology;

    /// <summary>How it behaves.</summary>
    public PolicySet Policies => Configuration.Policies;

    /// <summary>Adds a service.</summary>
    /// <param name="name"><c>name</c> or <c>namespace/name</c>.</param>
    /// <param name="ports">Ports as <c>name</c> (http) or <c>name:protocol</c>; a protocol alone names its port.</param>
    /// <param name="uses">Edges, as documents write them.</param>
    /// <param name="labels">Labels.</param>
    public TestMesh Service(string name, string[]? ports = null, string[]? uses = null, (string Name, string Value)[]? labels = null) => Add(new ServiceResource
    {
        Metadata = Metadata(name, labels),
        Origin = new Origin("Service", Qualified(name)),
        Ports = [.. (ports ?? []).Select(Port)],
        Uses = [.. uses ?? []],
    });

    /// <summary>Adds an external service with one port.</summary>
    public TestMesh External(string name, string host, int port, string protocol = "https") => Add(new ExternalServiceResource
    {
        Metadata = Metadata(name, null),
        Origin = new Origin("ExternalService", Qualified(name)),
        Ports = [new ExternalPort { Name = protocol, Protocol = Protocol(protocol), Host = host, Port = port }],
    });

    /// <summary>Lets a caller pass.</summary>
    public TestMesh Allow(string caller, string at, string[]? methods = null, PathMatch[]? paths = null, string name = "allow") =>
        Permission(name, at, new PermissionSettings { Allow = [Caller(caller, methods, paths)] });

    /// <summary>Refuses a caller.</summary>
    public TestMesh Deny(string caller, string at, string[]? methods = null, PathMatch[]? paths = null, string name = "deny") =>
        Permission(name, at, new PermissionSettings { Deny = [Caller(caller, methods, paths)] });

    /// <summary>Adds documents; <c>apiVersion</c> may be left out.</summary>
    /// <exception cref="ArgumentException">They cannot be read; the message holds every violation.</exception>
    public TestMesh Yaml(string yaml)
    {
        var read = DocumentReader.ReadYaml(yaml, "test.yaml");
        var resources = read.Documents.Select(d => ResourceReader.Read(WithVersion(d))).ToList();
        var violations = read.Violations.Concat(resources.SelectMany(r => r.Violations)).ToList();
        return violations.Count == 0
            ? new TestMesh(_resources.AddRange(resources.Select(r => r.Resource!)))
            : throw new ArgumentException(string.Join("\n", violations.Select(v => $"line {v.Line}: {v}")), nameof(yaml));
    }

    /// <summary>Adds a resource.</summary>
    public TestMesh Add(DeclaredResource resource) => new(_resources.Add(resource));

    /// <summary>Compiles it.</summary>
    public CompiledMesh Compile() => SnapshotCompiler.Compile(Topology, Policies);

    /// <summary>What the sidecars of a service do.</summary>
    public ProxySnapshot Snapshot(string service) => Compile().Snapshots[Id(service)];

    /// <summary>The rules by which a caller's sidecar sends requests to an upstream, <c>[namespace/]service/port</c>.</summary>
    public ImmutableArray<RouteRule> Routes(string caller, string upstream) =>
        Snapshot(caller).RouteTables.Single(t => t.Name == ResourceNames.Outbound(Upstream(upstream))).Rules;

    /// <summary>How a caller's sidecar reaches an upstream, <c>[namespace/]service/port</c>.</summary>
    public Cluster Cluster(string caller, string upstream) => Snapshot(caller).Clusters.Single(c => c.Upstream == Upstream(upstream));

    /// <summary>Who may call a port, <c>[namespace/]service/port</c>.</summary>
    public PermissionSet Permissions(string port) => PermissionCompiler.Compile(Topology, Policies).MeshDoor(Upstream(port));

    /// <summary>The SPIFFE id of a service.</summary>
    public static string IdentityOf(string service) => SpiffeId.ForService(TrustDomain, Id(service)).Text;

    /// <summary>Reads <c>name</c> or <c>namespace/name</c>.</summary>
    public static ServiceId Id(string service) =>
        ServiceId.TryParse(service, ServiceId.DefaultNamespace, out var id) ? id : throw new ArgumentException($"'{service}' names no service", nameof(service));

    private static PortRef Upstream(string text)
    {
        var slash = text.LastIndexOf('/');
        return new PortRef(Id(text[..slash]), text[(slash + 1)..]);
    }

    private TestMesh Permission(string name, string at, PermissionSettings settings)
    {
        var target = Id(at);
        return Add(new TrafficPermissionPolicy
        {
            Metadata = new ResourceMetadata { Name = name, Namespace = target.Namespace },
            Origin = new Origin("TrafficPermission", $"{target.Namespace}/{name}"),
            TargetRef = TargetRef.Service(target.Name),
            Rules = [new InboundItem<PermissionSettings> { Default = settings }],
        });
    }

    private static CallerMatch Caller(string caller, string[]? methods, PathMatch[]? paths) => new()
    {
        Service = caller.StartsWith("spiffe://", StringComparison.Ordinal) ? null : caller,
        SpiffeId = caller.StartsWith("spiffe://", StringComparison.Ordinal) ? new PrincipalMatch(caller.TrimEnd('*'), caller.EndsWith('*')) : null,
        Methods = [.. methods ?? []],
        Paths = [.. paths ?? []],
    };

    private static ServicePort Port(string text)
    {
        var parts = text.Split(':');
        return new ServicePort { Name = parts[0], Protocol = parts.Length > 1 ? Protocol(parts[1]) : AppProtocols.TryParse(parts[0], out var same) ? same : AppProtocol.Http };
    }

    private static AppProtocol Protocol(string word) => AppProtocols.TryParse(word, out var protocol) ? protocol : throw new ArgumentException($"'{word}' is no protocol", nameof(word));

    private static ResourceMetadata Metadata(string name, (string Name, string Value)[]? labels) => new()
    {
        Name = Id(name).Name,
        Namespace = Id(name).Namespace,
        Labels = (labels ?? []).ToImmutableSortedDictionary(l => l.Name, l => l.Value, StringComparer.Ordinal),
    };

    private static string Qualified(string name) => Id(name).ToString();

    private static MeshDocument WithVersion(MeshDocument document) => document.Root["apiVersion"] is not null
        ? document
        : document with { Root = document.Root with { Members = document.Root.Members.Insert(0, new DocumentMember("apiVersion", ScalarNode.Of(DeclaredResource.ApiVersion), document.Line)) } };
}
