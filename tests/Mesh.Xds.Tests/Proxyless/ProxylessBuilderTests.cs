using Envoy.Config.Listener.V3;
using Envoy.Config.Rbac.V3;
using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Envoy.Extensions.TransportSockets.Tls.V3;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Testing;
using Mesh.Xds.Proxyless;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;
using Cluster = Envoy.Config.Cluster.V3.Cluster;
using HttpRbac = Envoy.Extensions.Filters.Http.Rbac.V3.RBAC;
using HttpRouter = Envoy.Extensions.Filters.Http.Router.V3.Router;
using RouteMatch = Envoy.Config.Route.V3.RouteMatch;

namespace Mesh.Xds.Tests.Proxyless;

public sealed class ProxylessBuilderTests
{
    private static readonly TestMesh Shop = TestMesh.Empty
        .Service("storefront", ports: ["http"], uses: ["orders", "orders-next", "db", "stripe"])
        .Service("orders", ports: ["grpc:grpc", "admin:http"])
        .Service("orders-next", ports: ["grpc:grpc"])
        .Service("db", ports: ["tcp"])
        .External("stripe", "api.stripe.com", 443);

    [Fact]
    public void Build_UpstreamPorts_HaveTargetsByFullNameAndTheDefaultPortByShortOnes()
    {
        var names = Build(Shop).Where(resource => resource.TypeUrl == TypeUrls.Listener).Select(resource => resource.Name);

        Assert.Equal(
            ["admin.orders.default", "grpc.orders-next.default", "grpc.orders.default", "orders", "orders-next", "orders-next.default", "orders.default"],
            names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Build_Target_NamesTheRoutesOfItsPortAndEndsWithTheRouter()
    {
        var manager = Read(Build(Shop), "orders", Listener.Parser).ApiListener.ApiListener_.Unpack<HttpConnectionManager>();

        Assert.Equal("outbound/default/orders/grpc", manager.Rds.RouteConfigName);
        Assert.NotNull(manager.Rds.ConfigSource.Ads);
        Assert.True(Assert.Single(manager.HttpFilters).TypedConfig.Is(HttpRouter.Descriptor));
    }

    [Fact]
    public void Build_TcpAndExternalPorts_AreLeftOut()
    {
        Assert.DoesNotContain(Build(Shop), resource => resource.Name.Contains("db", StringComparison.Ordinal) || resource.Name.Contains("stripe", StringComparison.Ordinal));
    }

    [Fact]
    public void Build_TlsPolicy_IsNotSaidToClientsThatRefuseItsParameters()
    {
        var mesh = Shop.Yaml("""
            kind: Tls
            metadata: {name: orders}
            spec: {targetRef: {kind: Service, name: orders}, rules: [{default: {mode: Permissive, tlsVersion: {min: TLS12}}}]}
            """);

        Assert.NotEqual(DoorTls.Default, mesh.Cluster("storefront", "orders/grpc").Tls);
        Assert.Null(Read(Build(mesh), "default/orders/grpc", Cluster.Parser).TransportSocket.TypedConfig.Unpack<UpstreamTlsContext>().CommonTlsContext.TlsParams);
        var door = Listener.Parser.ParseFrom(ProxylessBuilder.Build(Snapshot(mesh, "orders")).Templates.Single(template => template.Prefix == "inbound/server/grpc/").Sample.Body);
        var tls = Assert.Single(door.FilterChains).TransportSocket.TypedConfig.Unpack<DownstreamTlsContext>();
        Assert.Null(tls.CommonTlsContext.TlsParams);
        Assert.True(tls.RequireClientCertificate);
    }

    [Fact]
    public void Build_Cluster_DemandsExactlyThePeersIdentityWithCertificatesOfTheProvider()
    {
        var cluster = Read(Build(Shop), "default/orders/grpc", Cluster.Parser);
        var tls = cluster.TransportSocket.TypedConfig.Unpack<UpstreamTlsContext>();

        Assert.Equal(Cluster.Types.LbPolicy.RoundRobin, cluster.LbPolicy);
        Assert.NotNull(cluster.LrsServer.Self);
        Assert.Equal(uint.MaxValue, cluster.CircuitBreakers.Thresholds.Single().MaxRequests);
        Assert.Equal("grpc.orders.default", tls.Sni);
        Assert.Equal("mesh", tls.CommonTlsContext.TlsCertificateProviderInstance.InstanceName);
        Assert.Equal("mesh", tls.CommonTlsContext.ValidationContext.CaCertificateProviderInstance.InstanceName);
#pragma warning disable CS0612 // what gRPC clients look at
        Assert.Equal("spiffe://shop.local/ns/default/sa/orders", Assert.Single(tls.CommonTlsContext.ValidationContext.MatchSubjectAltNames).Exact);
#pragma warning restore CS0612
    }

    [Fact]
    public void Build_Split_HasTheWeightsAndSendsTheShareOfAMissingBackendNowhere()
    {
        var mesh = Shop.Yaml("kind: HttpRoute\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Service, name: orders}, rules: [{default: {backendRefs: "
            + "[{name: orders, port: grpc, weight: 90}, {name: orders-next, weight: 10}, {name: orders, port: grpc, weight: 5}, {name: nobody, weight: 3}, {name: orders-next, weight: 0}]}}]}]}");

        var route = Assert.Single(Routes(mesh, "outbound/default/orders/grpc"));

        Assert.Equal(
            [("default/orders/grpc", 95u), ("default/orders-next/grpc", 10u), (ProxylessClusters.NoBackendName, 3u)],
            route.Route_.WeightedClusters.Clusters.Select(cluster => (cluster.Name, cluster.Weight ?? 0)));
#pragma warning disable CS0612 // older gRPC cores refuse weights whose sum is not the one that is said
        Assert.Equal(108u, route.Route_.WeightedClusters.TotalWeight);
#pragma warning restore CS0612
    }

    [Theory]
    [InlineData("{path: {type: PathPrefix, value: /shop.Orders/}}", "path:/shop.Orders prefix:/shop.Orders/")]
    [InlineData("{path: {type: PathPrefix, value: /}}", "prefix:/")]
    [InlineData("{path: {type: Exact, value: /shop.Orders/Place}}", "path:/shop.Orders/Place")]
    [InlineData("{path: {type: RegularExpression, value: '/shop.*'}}", "regex:/shop.*")]
    [InlineData("{method: POST}", "prefix:/")]
    [InlineData("{method: GET}", "")]
    [InlineData("{queryParams: [{name: q, value: x}]}", "")]
    [InlineData("{queryParams: [{name: q, type: Absent}]}", "prefix:/")]
    [InlineData("{headers: [{name: tier, value: gold}]}", "prefix:/ tier=gold")]
    [InlineData("{headers: [{name: tier, type: Prefix, value: g}]}", "prefix:/ tier^g")]
    [InlineData("{headers: [{name: tier, type: RegularExpression, value: g+}]}", "prefix:/ tier~g+")]
    [InlineData("{headers: [{name: tier, type: Present}]}", "prefix:/ tier")]
    [InlineData("{headers: [{name: tier, type: Absent}]}", "prefix:/ !tier")]
    public void Build_Match_IsSaidInWhatEveryGrpcClientKnows(string match, string expected)
    {
        var mesh = Shop.Yaml($"kind: HttpRoute\nmetadata: {{name: t}}\nspec: {{to: [{{targetRef: {{kind: Service, name: orders-next}}, rules: [{{matches: [{match}], default: {{backendRefs: [{{name: orders-next}}]}}}}]}}]}}");

        var routes = Routes(mesh, "outbound/default/orders-next/grpc").Where(route => route.Route_.Cluster == "default/orders-next/grpc");

        // Where a rule names headers, methods or paths, what matches none of them has a rule of its own at the end.
        Assert.Equal(expected, string.Join(' ', routes.Select(route => Text(route.Match))));
    }

    [Theory]
    [InlineData("filters: [{type: RequestRedirect, requestRedirect: {hostname: a.b, statusCode: 302}}]")]
    [InlineData("backendRefs: [{name: orders-next, weight: 0}]")]
    [InlineData("backendRefs: [{name: nobody}]")]
    [InlineData("backendRefs: [{name: stripe, port: https}]")]
    public void Build_AnswerWithoutABackend_IsAClusterWithoutEndpoints(string action)
    {
        var mesh = Shop.Yaml($"kind: HttpRoute\nmetadata: {{name: t}}\nspec: {{to: [{{targetRef: {{kind: Service, name: orders-next}}, rules: [{{default: {{{action}}}}}]}}]}}");

        Assert.Equal(ProxylessClusters.NoBackendName, Assert.Single(Routes(mesh, "outbound/default/orders-next/grpc")).Route_.Cluster);
        Assert.Contains(Build(mesh), resource => resource.TypeUrl == TypeUrls.Cluster && resource.Name == ProxylessClusters.NoBackendName);
    }

    [Theory]
    [InlineData("grpc: {numRetries: 3, backOff: {base: 10ms, max: 1s}, retryOn: [Unavailable, Cancelled]}", "cancelled,unavailable x3")]
    [InlineData("grpc: {numRetries: 0, retryOn: [Unavailable]}", null)]
    [InlineData("http: {numRetries: 3, retryOn: [5xx]}", null)]
    public void Build_Retries_AreThoseThatGrpcKnows(string retry, string? expected)
    {
        var mesh = Shop.Yaml($"kind: Retry\nmetadata: {{name: t}}\nspec: {{to: [{{targetRef: {{kind: Mesh}}, default: {{{retry}}}}}]}}");

        var policy = Assert.Single(Routes(mesh, "outbound/default/orders-next/grpc")).Route_.RetryPolicy;

        Assert.Equal(expected, policy is null ? null : $"{policy.RetryOn} x{policy.NumRetries}");
    }

    [Theory]
    [InlineData("0.0.0.0:50051", "0.0.0.0")]
    [InlineData("[::]:50051", "::")]
    [InlineData("127.0.0.1:50051", "127.0.0.1")]
    [InlineData("[0:0:0:0:0:0:0:0]:50051", "0:0:0:0:0:0:0:0")]
    public void Server_AnyAddress_HasItsListenerWithThatAddress(string address, string expected)
    {
        var listener = Listener.Parser.ParseFrom(Template().Make($"inbound/server/grpc/{address}")!.Body);

        Assert.Equal(($"inbound/server/grpc/{address}", expected, 50051u), (listener.Name, listener.Address.SocketAddress.Address, listener.Address.SocketAddress.PortValue));
    }

    [Theory]
    [InlineData("localhost:50051")]
    [InlineData("0.0.0.0")]
    [InlineData("0.0.0.0:0")]
    [InlineData("")]
    [InlineData("::1")]
    public void Server_NoAddress_HasNoListener(string address)
    {
        Assert.Null(Template().Make($"inbound/server/grpc/{address}"));
    }

    [Fact]
    public void Server_Listener_RequiresCertificatesAndAsksThePermissionsBeforeItAnswers()
    {
        var chain = Assert.Single(Listener.Parser.ParseFrom(Template().Sample.Body).FilterChains);
        var tls = chain.TransportSocket.TypedConfig.Unpack<DownstreamTlsContext>();
        var manager = Assert.Single(chain.Filters).TypedConfig.Unpack<HttpConnectionManager>();

        Assert.True(tls.RequireClientCertificate);
        Assert.Null(tls.RequireSni);
        Assert.Null(chain.FilterChainMatch);
        Assert.NotNull(Assert.Single(Assert.Single(manager.RouteConfig.VirtualHosts).Routes).NonForwardingAction);
        Assert.False(manager.HttpFilters[0].IsOptional);
        var rules = manager.HttpFilters[0].TypedConfig.Unpack<HttpRbac>().Rules;
        Assert.Equal(RBAC.Types.Action.Allow, rules.Action);
        Assert.Equal("spiffe://shop.local/ns/default/sa/storefront", Assert.Single(Assert.Single(rules.Policies).Value.Principals).Authenticated.PrincipalName.Exact);
    }

    [Theory]
    [InlineData("allow: [{service: storefront, methods: [GET], paths: [{type: Exact, value: /a/B}]}]", "ALLOW")]
    [InlineData("allow: [{service: storefront, methods: [GET, POST]}]", "ALLOW storefront:any")]
    [InlineData("allow: [{service: storefront, methods: [POST], paths: [{type: Exact, value: /a/B}]}]", "ALLOW storefront:/a/B")]
    [InlineData("deny: [{service: storefront, methods: [GET]}]", "ALLOW")]
    [InlineData("deny: [{service: storefront, methods: [POST], paths: [{type: Exact, value: /a/B}]}]", "DENY storefront:/a/B ALLOW")]
    public void Server_PermissionsOfMethods_AreDecidedForPost(string permission, string expected)
    {
        var mesh = TestMesh.Empty.Service("storefront", ports: ["http"]).Service("rpc", ports: ["grpc:grpc"])
            .Yaml($"kind: TrafficPermission\nmetadata: {{name: t}}\nspec: {{targetRef: {{kind: Service, name: rpc}}, rules: [{{default: {{{permission}}}}}]}}");
        var listener = Listener.Parser.ParseFrom(Assert.Single(ProxylessBuilder.Build(Snapshot(mesh, "rpc")).Templates).Sample.Body);
        var manager = listener.FilterChains[0].Filters[0].TypedConfig.Unpack<HttpConnectionManager>();

        var said = manager.HttpFilters.Where(filter => filter.TypedConfig.Is(HttpRbac.Descriptor)).Select(filter => filter.TypedConfig.Unpack<HttpRbac>().Rules).Select(Text);

        Assert.Equal(expected, string.Join(' ', said));
    }

    [Fact]
    public void Of_EveryServiceOfTheShop_IsValid()
    {
        Assert.All(Shop.Compile().Snapshots, snapshot => Assert.Empty(PreparedSnapshot.Of("p", ClientKind.Grpc, snapshot.Value).Violations));
    }

    private static XdsTemplate Template() => ProxylessBuilder.Build(Snapshot(Shop, "orders")).Templates.Single(template => template.Prefix == "inbound/server/grpc/");

    private static ProxySnapshot Snapshot(TestMesh mesh, string service) => mesh.Compile().Snapshots[new ServiceId("default", service)];

    private static XdsResource[] Build(TestMesh mesh) => [.. ProxylessBuilder.Build(Snapshot(mesh, "storefront")).Resources];

    private static T Read<T>(IEnumerable<XdsResource> resources, string name, Google.Protobuf.MessageParser<T> parser)
        where T : Google.Protobuf.IMessage<T> => parser.ParseFrom(resources.Single(resource => resource.Name == name && resource.TypeUrl.EndsWith(typeof(T).Name, StringComparison.Ordinal)).Body);

    private static IEnumerable<Route> Routes(TestMesh mesh, string table) => Assert.Single(Read(Build(mesh), table, RouteConfiguration.Parser).VirtualHosts).Routes;

    private static string Text(RouteMatch match) => string.Join(
        ' ',
        [
            match.PathSpecifierCase switch
            {
                RouteMatch.PathSpecifierOneofCase.Path => $"path:{match.Path}",
                RouteMatch.PathSpecifierOneofCase.Prefix => $"prefix:{match.Prefix}",
                RouteMatch.PathSpecifierOneofCase.SafeRegex => $"regex:{match.SafeRegex.Regex}",
                _ => match.PathSpecifierCase.ToString(),
            },
            .. match.Headers.Select(Text),
            .. match.QueryParameters.Select(parameter => $"?{parameter.Name}"),
        ]);

#pragma warning disable CS0612 // what older gRPC clients know
    private static string Text(HeaderMatcher header) => header.HeaderMatchSpecifierCase switch
    {
        HeaderMatcher.HeaderMatchSpecifierOneofCase.ExactMatch => $"{header.Name}={header.ExactMatch}",
        HeaderMatcher.HeaderMatchSpecifierOneofCase.PrefixMatch => $"{header.Name}^{header.PrefixMatch}",
        HeaderMatcher.HeaderMatchSpecifierOneofCase.SafeRegexMatch => $"{header.Name}~{header.SafeRegexMatch.Regex}",
        HeaderMatcher.HeaderMatchSpecifierOneofCase.PresentMatch => header.InvertMatch ? $"!{header.Name}" : header.Name,
        _ => header.HeaderMatchSpecifierCase.ToString(),
    };
#pragma warning restore CS0612

    private static string Text(RBAC rules) => string.Join(' ', [rules.Action.ToString().ToUpperInvariant(), .. rules.Policies.Values.Select(Text)]);

    private static string Text(Policy policy) =>
        $"{policy.Principals.Single().Authenticated.PrincipalName.Exact.Split('/')[^1]}:{string.Join(',', policy.Permissions.Select(permission => permission.HasAny ? "any" : permission.UrlPath.Path.Exact))}";
}
