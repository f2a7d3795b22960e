using Envoy.Config.Core.V3;
using Envoy.Config.Endpoint.V3;
using Envoy.Config.Listener.V3;
using Envoy.Config.Rbac.V3;
using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Envoy.Extensions.Filters.Network.TcpProxy.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Validation;
using Mesh.Xds.Wire;
using HttpRbac = Envoy.Extensions.Filters.Http.Rbac.V3.RBAC;
using RouteActionMessage = Envoy.Config.Route.V3.RouteAction;
using RouteMatchMessage = Envoy.Config.Route.V3.RouteMatch;

namespace Mesh.Xds.Tests.Validation;

/// <summary>A valid resource is broken in one way each time.</summary>
public sealed class XdsValidatorTests
{
    [Fact]
    public void Validate_EverythingThatMeshSends_NoViolation() => Assert.Empty(XdsValidator.Validate(SnapshotCodec.Encode(Samples.Everything)));

    public static TheoryData<string, Action<Envoy.Config.Cluster.V3.Cluster>> Clusters => new()
    {
        { "name: min_len=1, but is ''", cluster => cluster.Name = "" },
        { "connect_timeout: gt=0s, but is \"0s\"", cluster => cluster.ConnectTimeout = Duration.FromTimeSpan(TimeSpan.Zero) },
        { "least_request_lb_config.choice_count: gte=2, but is 1", cluster => cluster.LeastRequestLbConfig.ChoiceCount = 1 },
        { "lb_policy: defined_only=true, but is 4", cluster => cluster.LbPolicy = (Envoy.Config.Cluster.V3.Cluster.Types.LbPolicy)4 },
        { "circuit_breakers.thresholds[0].retry_budget.budget_percent.value: lte=100, but is 100.5", cluster => cluster.CircuitBreakers.Thresholds[0].RetryBudget.BudgetPercent.Value = 100.5 },
        { "circuit_breakers.thresholds[0].retry_budget.budget_percent.value: gte=0, but is -1", cluster => cluster.CircuitBreakers.Thresholds[0].RetryBudget.BudgetPercent.Value = -1 },
        { "eds_cluster_config.eds_config.config_source_specifier: one of its fields has to be set, but is none", cluster => cluster.EdsClusterConfig.EdsConfig.Ads = null },
        { "metadata.filter_metadata[\"\"]: min_len=1, but is ''", cluster => cluster.Metadata.FilterMetadata[""] = new Struct() },
        { "transport_socket.name: min_len=1, but is ''", cluster => cluster.TransportSocket.Name = "" },
        { "transport_socket.typed_config: its type has to be one that Mesh knows, but is type.googleapis.com/x.Y", cluster => cluster.TransportSocket.TypedConfig.TypeUrl = "type.googleapis.com/x.Y" },
        { "outlier_detection.max_ejection_percent: lte=100, but is 101", cluster => cluster.OutlierDetection = new Envoy.Config.Cluster.V3.OutlierDetection { MaxEjectionPercent = 101 } },
    };

    [Theory]
    [MemberData(nameof(Clusters), DisableDiscoveryEnumeration = true)]
    public void Validate_BrokenCluster_NamesFieldRuleAndValue(string expected, Action<Envoy.Config.Cluster.V3.Cluster> breakIt)
    {
        var cluster = Envoy.Config.Cluster.V3.Cluster.Parser.ParseFrom(Encoded(TypeUrls.Cluster, "shop/orders/http").Body);
        breakIt(cluster);

        AssertOne($"CDS shop/orders/http: {expected}", XdsResource.From(TypeUrls.Cluster, "shop/orders/http", cluster));
    }

    public static TheoryData<string, Action<Route>> Routes => new()
    {
        { "match: required=true, but is absent", route => route.Match = null },
        { "match.path_specifier: one of its fields has to be set, but is none", route => route.Match = new RouteMatchMessage() },
        { "match.path_separated_prefix: pattern=^[^?#]+[^?#/]$, but is '/x/'", route => route.Match = new RouteMatchMessage { PathSeparatedPrefix = "/x/" } },
        { "match.safe_regex.regex: min_len=1, but is ''", route => route.Match = new RouteMatchMessage { SafeRegex = new() } },
        { "match.headers[0].name: min_len=1, but is ''|match.headers[0].name: well_known_regex=HTTP_HEADER_NAME, but is ''", route => route.Match.Headers[0].Name = "" },
        { "match.headers[0].name: well_known_regex=HTTP_HEADER_NAME, but is 'a\nb'", route => route.Match.Headers[0].Name = "a\nb" },
        { "match.headers[0].string_match.match_pattern: one of its fields has to be set, but is none", route => route.Match.Headers[0].StringMatch = new() },
        { $"match.query_parameters[0].name: max_bytes=1024, but is '{new string('é', 99)}…", route => route.Match.QueryParameters[0].Name = new string('é', 513) },
        { "action: one of its fields has to be set, but is none", route => route.ClearAction() },
        { "direct_response.status: lt=600, but is 600", route => route.DirectResponse = new Envoy.Config.Route.V3.DirectResponseAction { Status = 600 } },
        { "direct_response.status: gte=200, but is 199", route => route.DirectResponse = new Envoy.Config.Route.V3.DirectResponseAction { Status = 199 } },
        { "direct_response.body.specifier: one of its fields has to be set, but is none", route => route.DirectResponse = new Envoy.Config.Route.V3.DirectResponseAction { Status = 200, Body = new() } },
        { "route.cluster_specifier: one of its fields has to be set, but is none", route => route.Route_.ClearClusterSpecifier() },
        { "route.cluster: min_len=1, but is ''", route => route.Route_.Cluster = "" },
        { "route.host_rewrite_literal: well_known_regex=HTTP_HEADER_VALUE, but is 'a\nb'", route => route.Route_.HostRewriteLiteral = "a\nb" },
        { "route.retry_policy.retry_back_off.base_interval: required=true, but is absent", route => route.Route_.RetryPolicy.RetryBackOff.BaseInterval = null },
        { "route.retry_policy.retry_back_off.max_interval: gt=0s, but is \"0s\"", route => route.Route_.RetryPolicy.RetryBackOff.MaxInterval = new Duration() },
        { "request_headers_to_add: max_items=1000, but is 1001 items", route => route.RequestHeadersToAdd.Add(Enumerable.Range(0, 997).Select(_ => new HeaderValueOption { Header = new HeaderValue { Key = "a" } })) },
        { "request_headers_to_add[0].header: required=true, but is absent", route => route.RequestHeadersToAdd[0].Header = null },
        { "request_headers_to_add[0].header.value: well_known_regex=HTTP_HEADER_VALUE, but is 'a\r'", route => route.RequestHeadersToAdd[0].Header.Value = "a\r" },
        { "response_headers_to_remove[0]: min_len=1, but is ''|response_headers_to_remove[0]: well_known_regex=HTTP_HEADER_NAME, but is ''", route => route.ResponseHeadersToRemove[0] = "" },
    };

    [Theory]
    [MemberData(nameof(Routes), DisableDiscoveryEnumeration = true)]
    public void Validate_BrokenRoute_NamesFieldRuleAndValue(string expected, Action<Route> breakIt)
    {
        var table = RouteConfiguration.Parser.ParseFrom(Encoded(TypeUrls.RouteTable, "outbound/shop/orders/http").Body);
        table.VirtualHosts[0].Routes[0].Route_.Cluster = "shop/orders/http";
        breakIt(table.VirtualHosts[0].Routes[0]);

        var violations = XdsValidator.Validate([XdsResource.From(TypeUrls.RouteTable, table.Name, table)]);

        const string At = "RDS outbound/shop/orders/http: virtual_hosts[0].routes[0].";
        Assert.Equal(expected.Split('|'), violations.Select(violation => violation.ToString()[At.Length..]));
    }

    [Fact]
    public void Validate_SplitWithoutWeight_IsAViolation()
    {
        var table = new RouteConfiguration { Name = "t" };
        var action = new RouteActionMessage { WeightedClusters = new() };
        action.WeightedClusters.Clusters.Add(new Envoy.Config.Route.V3.WeightedCluster.Types.ClusterWeight { Name = "a", Weight = 0 });
        var route = new Route { Match = new RouteMatchMessage { Prefix = "/" }, Route_ = action };
        table.VirtualHosts.Add(new VirtualHost { Name = "v", Domains = { "*" }, Routes = { route } });

        AssertOne(
            "RDS t: virtual_hosts[0].routes[0].route.weighted_clusters.clusters: the weights have to add up to 1 … 4294967295, but is 0",
            XdsResource.From(TypeUrls.RouteTable, "t", table));
    }

    [Fact]
    public void Validate_DomainInTwoHosts_IsAViolation()
    {
        var table = new RouteConfiguration { Name = "t" };
        table.VirtualHosts.Add(new VirtualHost { Name = "a", Domains = { "x.example", "y" } });
        table.VirtualHosts.Add(new VirtualHost { Name = "b", Domains = { "X.example" } });

        AssertOne("RDS t: virtual_hosts: each domain has to be in one of them only, but is x.example, y, X.example", XdsResource.From(TypeUrls.RouteTable, "t", table));
    }

    public static TheoryData<string, Action<HttpConnectionManager>> Managers => new()
    {
        { "stat_prefix: min_len=1, but is ''", manager => manager.StatPrefix = "" },
        { "route_specifier: one of its fields has to be set, but is none", manager => manager.ClearRouteSpecifier() },
        { "http_filters: the last one has to be the router, but is mesh.dev.allow", manager => manager.HttpFilters.RemoveAt(manager.HttpFilters.Count - 1) },
        { "http_filters: permissions must not be optional: they would fail open, but is mesh.dev.allow", manager => manager.HttpFilters[^2].IsOptional = true },
        { "http_filters[1].name: min_len=1, but is ''", manager => manager.HttpFilters[^2].Name = "" },
        { "http_filters[1].typed_config.rules.policies[\"p\"].principals: min_items=1, but is 0 items", manager => Permit(manager, new Policy { Permissions = { new Permission { Any = true } } }) },
        { "http_filters[1].typed_config.rules.policies[\"p\"].permissions[0].any: const=true, but is False", manager => Permit(manager, new Policy { Permissions = { new Permission { Any = false } }, Principals = { new Principal { Any = true } } }) },
        { "http_filters[1].typed_config.rules.policies[\"p\"].principals[0].identifier: one of its fields has to be set, but is none", manager => Permit(manager, new Policy { Permissions = { new Permission { Any = true } }, Principals = { new Principal() } }) },
    };

    [Theory]
    [MemberData(nameof(Managers), DisableDiscoveryEnumeration = true)]
    public void Validate_BrokenDoor_NamesFieldRuleAndValue(string expected, Action<HttpConnectionManager> breakIt)
    {
        var listener = Listener.Parser.ParseFrom(Encoded(TypeUrls.Listener, ResourceNames.MeshDoor).Body);
        var manager = listener.FilterChains[0].Filters[0].TypedConfig.Unpack<HttpConnectionManager>();
        breakIt(manager);
        listener.FilterChains[0].Filters[0].TypedConfig = Any.Pack(manager);

        AssertOne($"LDS inbound/mesh: filter_chains[0].filters[0].typed_config.{expected}", XdsResource.From(TypeUrls.Listener, listener.Name, listener));
    }

    [Fact]
    public void Validate_TunnelWithBrokenLimits_IsAViolation()
    {
        var listener = new Listener { Name = "l" };
        listener.FilterChains.Add(new FilterChain
        {
            Filters = { new Filter { Name = "f", TypedConfig = Any.Pack(new TcpProxy { StatPrefix = "s", Cluster = "c", MaxDownstreamConnectionDuration = new Duration { Nanos = 999_999 } }) } },
        });

        AssertOne(
            "LDS l: filter_chains[0].filters[0].typed_config.max_downstream_connection_duration: gte=0.001s, but is \"0.000999999s\"",
            XdsResource.From(TypeUrls.Listener, "l", listener));
    }

    public static TheoryData<string, Action<ClusterLoadAssignment>> Assignments => new()
    {
        { "cluster_name: min_len=1, but is ''", set => set.ClusterName = "" },
        { "endpoints[0].lb_endpoints[0].load_balancing_weight: gte=1, but is 0", set => set.Endpoints[0].LbEndpoints[0].LoadBalancingWeight = 0 },
        { "endpoints[0].load_balancing_weight: gte=1, but is 0", set => set.Endpoints[0].LoadBalancingWeight = 0 },
        { "endpoints[0].priority: lte=128, but is 129|endpoints.priority: must not have gaps, but is 129", set => set.Endpoints[0].Priority = 129 },
        { "endpoints.priority: must not have gaps, but is 1", set => set.Endpoints[0].Priority = 1 },
        { "endpoints.locality: has to be there, but is priority 0", set => set.Endpoints[0].Locality = null },
        { "endpoints.lb_endpoints.endpoint.address: has to be an IP literal, but is 'localhost'", set => Socket(set).Address = "localhost" },
        { "endpoints.lb_endpoints.endpoint.address.port_value: has to be a TCP port, but is 0", set => Socket(set).PortValue = 0 },
        { "endpoints[0].lb_endpoints[0].endpoint.address.socket_address.port_value: lte=65535, but is 65536", set => Socket(set).PortValue = 65536 },
    };

    [Theory]
    [MemberData(nameof(Assignments), DisableDiscoveryEnumeration = true)]
    public void Validate_BrokenEndpoints_NamesFieldRuleAndValue(string expected, Action<ClusterLoadAssignment> breakIt)
    {
        var assignment = ClusterLoadAssignment.Parser.ParseFrom(SnapshotCodec.Encode(Samples.Endpoints("orders", 7)).Body);
        breakIt(assignment);

        var violations = XdsValidator.Validate([XdsResource.From(TypeUrls.Endpoints, "e", assignment)]);

        Assert.Equal(expected.Split('|').Order(), violations.Select(violation => violation.ToString()["EDS e: ".Length..]).Order());
    }

    [Fact]
    public void Validate_SameNameTwice_IsAViolation()
    {
        var resource = Encoded(TypeUrls.Cluster, "shop/orders/http");

        Assert.Equal("CDS shop/orders/http: name: has to be unique in its type, but is 'shop/orders/http'", Assert.Single(XdsValidator.Validate([resource, resource])).ToString());
    }

    private static SocketAddress Socket(ClusterLoadAssignment set) => set.Endpoints[0].LbEndpoints[0].Endpoint.Address.SocketAddress;

    private static void Permit(HttpConnectionManager manager, Policy policy)
    {
        var rules = new RBAC { Policies = { ["p"] = policy } };
        manager.HttpFilters[^2].TypedConfig = Any.Pack(new HttpRbac { Rules = rules });
    }

    private static XdsResource Encoded(string typeUrl, string name) =>
        SnapshotCodec.Encode(Samples.Everything).Single(resource => resource.TypeUrl == typeUrl && resource.Name == name);

    private static void AssertOne(string expected, XdsResource resource)
    {
        var violations = XdsValidator.Validate([resource]);

        Assert.Equal([expected], violations.Select(violation => violation.ToString()));
    }
}
