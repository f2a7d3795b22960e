using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Mesh.Laptop.Clients;
using Mesh.Model.Bootstrap;

namespace Mesh.Xds.Tests.OfficialProtos;

/// <summary>The start-up file of an Envoy keeps every rule of Envoy's own proto for it, fields that it does not have included.</summary>
public sealed class EnvoyBootstrapTests
{
    private const string Type = "type.googleapis.com/envoy.config.bootstrap.v3.Bootstrap";

    private static CancellationToken Deadline => CancellationTokenSource
        .CreateLinkedTokenSource(TestContext.Current.CancellationToken, new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token).Token;

    [Fact]
    public async Task Of_EveryKindOfRelay_BreaksNoRule()
    {
        string[] texts =
        [
            Text(new RelayBootstrap()),
            Text(new RelayBootstrap { Socket = "/run/mesh/relay.sock" }),
            Text(new RelayBootstrap { Address = "127.0.0.1:15011", Token = "0123456789abcdef0123456789abcdef" }),
        ];

        var checkedRules = await OfficialRules.CheckJsonAsync(Type, texts, Deadline);

        Assert.True(checkedRules.Violations == 0, checkedRules.Output);
        Assert.True(checkedRules is { Resources: 3, Rules: > 60 }, checkedRules.Output);
    }

    [Fact]
    public async Task Of_BrokenOne_EveryMistakeIsNamed()
    {
        var broken = JsonNode.Parse(Text(new RelayBootstrap()))!;
        broken["admim"] = new JsonObject();
        broken["dynamic_resources"]!["ads_config"]!["api_type"] = "DELTA";
        broken["static_resources"]!["clusters"]![0]!["connect_timeout"] = "0s";
        broken["static_resources"]!["clusters"]![1]!["name"] = "";
        broken["static_resources"]!["clusters"]![1]!["load_assignment"]!["endpoints"]![0]!["lb_endpoints"]![0]!["endpoint"]!["address"] = new JsonObject();
        broken["cluster_manager"]!["load_stats_config"]!["grpc_services"]![0]!["timeout"] = "1m";

        var output = (await OfficialRules.CheckJsonAsync(Type, [broken.ToJsonString()], Deadline)).Output;

        Assert.Contains("Bootstrap.admim: Bootstrap has no such field", output, StringComparison.Ordinal);
        Assert.Contains("ads_config.api_type: ApiType has no DELTA", output, StringComparison.Ordinal);
        Assert.Contains("clusters[0].connect_timeout: gt=0s", output, StringComparison.Ordinal);
        Assert.Contains("clusters[1].name: min_len=1", output, StringComparison.Ordinal);
        Assert.Contains("endpoint.address.address: one of its fields has to be set", output, StringComparison.Ordinal);
        Assert.Contains("timeout: is \"1m\", not a duration in seconds", output, StringComparison.Ordinal);
    }

    private static string Text(RelayBootstrap relay)
    {
        var sidecar = new SidecarBootstrap
        {
            TrustDomain = "shop.local",
            Service = "shop/orders",
            Replica = "orders-1",
            StateDirectory = "/var/lib/mesh",
            Zone = "a",
            Relay = relay,
            Applications = ImmutableSortedDictionary<string, string>.Empty.Add("http", "127.0.0.1:8080").Add("grpc", "localhost:9090"),
        };
        return EnvoyBootstrap.Of(sidecar, ["grpc"]).ToJsonString();
    }
}
