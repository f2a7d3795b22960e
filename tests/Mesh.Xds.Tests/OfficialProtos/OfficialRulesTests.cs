using Envoy.Config.Core.V3;
using Mesh.Model.Snapshots;
using Mesh.Xds.Server;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;
using Cluster = Envoy.Config.Cluster.V3.Cluster;

namespace Mesh.Xds.Tests.OfficialProtos;

/// <summary>What each kind of client is sent keeps every rule of the official protos, also those that our own list lacks.</summary>
public sealed class OfficialRulesTests
{
    private static CancellationToken Deadline => CancellationTokenSource
        .CreateLinkedTokenSource(TestContext.Current.CancellationToken, new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token).Token;

    [Fact]
    public async Task Check_ResourcesOfEveryKind_BreakNoRule()
    {
        ProxySnapshot[] snapshots = [Samples.Everything, Samples.Calling("orders", "payments"), Samples.Faulted, .. CompiledMeshTests.Meshes.SelectMany(mesh => mesh.Compile().Snapshots.Values)];
        XdsResource[] resources =
        [
            .. Enum.GetValues<ClientKind>().SelectMany(kind => snapshots.Select(snapshot => PreparedSnapshot.Of("p", kind, snapshot).Built))
                .SelectMany(built => built.Resources.Concat(built.Templates.Select(template => template.Sample))),
            Mesh.Xds.Codecs.SnapshotCodec.Encode(Samples.Endpoints("orders", 1, 2)),
        ];

        var checkedRules = await OfficialRules.CheckAsync(resources.Where(resource => resource.TypeUrl != TypeUrls.Fault).DistinctBy(resource => (resource.TypeUrl, resource.Version)), Deadline);

        Assert.True(checkedRules.Violations == 0, checkedRules.Output);
        Assert.True(checkedRules is { Resources: > 100, Rules: > 2000 }, checkedRules.Output);
    }

    [Fact]
    public async Task Check_BrokenResource_NamesEachRule()
    {
        var cluster = new Cluster
        {
            ConnectTimeout = new(),
            LbPolicy = (Cluster.Types.LbPolicy)99,
            LeastRequestLbConfig = new() { ChoiceCount = 1 },
            TransportSocket = new TransportSocket { TypedConfig = Google.Protobuf.WellKnownTypes.Any.Pack(new Envoy.Config.Route.V3.RouteConfiguration { VirtualHosts = { new Envoy.Config.Route.V3.VirtualHost() } }) },
        };

        var output = (await OfficialRules.CheckAsync([XdsResource.From(TypeUrls.Cluster, "", cluster)], Deadline)).Output;

        Assert.Contains("Cluster.name: min_len=1", output, StringComparison.Ordinal);
        Assert.Contains("Cluster.connect_timeout: gt=0s", output, StringComparison.Ordinal);
        Assert.Contains("Cluster.lb_policy: defined_only=true", output, StringComparison.Ordinal);
        Assert.Contains("choice_count: gte=2", output, StringComparison.Ordinal);
        Assert.Contains("Cluster.transport_socket.name: min_len=1", output, StringComparison.Ordinal);
        Assert.Contains("<RouteConfiguration>.virtual_hosts[0].domains: min_items=1", output, StringComparison.Ordinal);
    }
}
