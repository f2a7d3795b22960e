using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Envoy.Extensions.AccessLoggers.Stream.V3;
using Envoy.Extensions.Filters.Listener.TlsInspector.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Envoy.Extensions.Filters.Network.TcpProxy.V3;
using Envoy.Extensions.TransportSockets.Tls.V3;
using Envoy.Extensions.Upstreams.Http.V3;
using Google.Protobuf;
using Mesh.Model.Topology;
using Mesh.Testing;
using Mesh.Xds.EnvoyProxy;
using Mesh.Xds.Wire;
using Cluster = Envoy.Config.Cluster.V3.Cluster;
using HttpRbac = Envoy.Extensions.Filters.Http.Rbac.V3.RBAC;
using NetworkRbac = Envoy.Extensions.Filters.Network.Rbac.V3.RBAC;

namespace Mesh.Xds.Tests.EnvoyProxy;

/// <summary>What Envoy is told because it does not know it by itself. No Envoy ran: the rules of its protos are held by OfficialRulesTests.</summary>
public sealed class EnvoyBuilderTests
{
    private static readonly TestMesh Shop = TestMesh.Empty
        .Service("storefront", ports: ["http"], uses: ["orders", "db", "stripe"])
        .Service("orders", ports: ["http", "grpc:grpc", "raw:tcp"])
        .Service("db", ports: ["tcp"])
        .External("stripe", "api.stripe.com", 443);

    [Fact]
    public void Build_EveryResource_HasNothingThatOnlyMeshUnderstands()
    {
        foreach (var resource in Build(Shop, "storefront").Concat(Build(Shop, "orders")))
        {
            Assert.DoesNotContain("mesh.snapshot.v1", resource.Body.ToStringUtf8(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Build_Door_ListensOnTheKnownPortAndChoosesByNameBehindTheInspector()
    {
        var door = Read(Build(Shop, "orders"), "inbound/mesh", Listener.Parser);

        Assert.Equal(("0.0.0.0", 15006u), (door.Address.SocketAddress.Address, door.Address.SocketAddress.PortValue));
        Assert.True(Assert.Single(door.ListenerFilters).TypedConfig.Is(TlsInspector.Descriptor));
        Assert.Equal(
            ["grpc.orders.default orders.default orders", "http.orders.default", "raw.orders.default"],
            door.FilterChains.Select(chain => string.Join(' ', chain.FilterChainMatch.ServerNames)));
        Assert.Equal(["h2,http/1.1", "h2,http/1.1", "mesh-tcp"], door.FilterChains.Select(chain => string.Join(',', chain.FilterChainMatch.ApplicationProtocols)));
    }

    [Fact]
    public void Build_Door_DemandsACertificateOfTheTrustDomainAndAsksPermissionsFirst()
    {
        var door = Read(Build(Shop, "orders"), "inbound/mesh", Listener.Parser);

        Assert.All(door.FilterChains, chain =>
        {
            var tls = chain.TransportSocket.TypedConfig.Unpack<DownstreamTlsContext>();
            var validation = tls.CommonTlsContext.CombinedValidationContext;
            Assert.True(tls.RequireClientCertificate);
            Assert.Equal(TlsParameters.Types.TlsProtocol.Tlsv13, tls.CommonTlsContext.TlsParams.TlsMinimumProtocolVersion);
            Assert.Equal("spiffe://shop.local/", Assert.Single(validation.DefaultValidationContext.MatchTypedSubjectAltNames).Matcher.Prefix);
            Assert.Equal("bundle", validation.ValidationContextSdsSecretConfig.Name);
            Assert.NotNull(validation.ValidationContextSdsSecretConfig.SdsConfig.Ads);
            Assert.Equal("svid", Assert.Single(tls.CommonTlsContext.TlsCertificateSdsSecretConfigs).Name);
        });
        Assert.True(Manager(door, 0).HttpFilters[0].TypedConfig.Is(HttpRbac.Descriptor));
        Assert.True(door.FilterChains[2].Filters[0].TypedConfig.Is(NetworkRbac.Descriptor));
    }

    [Fact]
    public void Build_TlsPolicy_IsSaidAtBothEndsAsItsParameters()
    {
        var mesh = Shop.Yaml("""
            kind: Tls
            metadata: {name: orders}
            spec: {targetRef: {kind: Service, name: orders}, rules: [{default: {tlsVersion: {min: TLS12}, tlsCiphers: [ECDHE-ECDSA-AES256-GCM-SHA384]}}]}
            """);
        var expected = new TlsParameters
        {
            TlsMinimumProtocolVersion = TlsParameters.Types.TlsProtocol.Tlsv12,
            TlsMaximumProtocolVersion = TlsParameters.Types.TlsProtocol.Tlsv13,
            CipherSuites = { "ECDHE-ECDSA-AES256-GCM-SHA384" },
        };

        var door = Read(Build(mesh, "orders"), "inbound/mesh", Listener.Parser);
        Assert.All(door.FilterChains, chain => Assert.Equal(expected, chain.TransportSocket.TypedConfig.Unpack<DownstreamTlsContext>().CommonTlsContext.TlsParams));
        var cluster = Read(Build(mesh, "storefront"), "default/orders/http", Cluster.Parser);
        Assert.Equal(expected, cluster.TransportSocket.TypedConfig.Unpack<UpstreamTlsContext>().CommonTlsContext.TlsParams);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("paths: [{type: PathPrefix, value: /admin}]", true)]
    public void Build_DoorWhosePermissionsNamePaths_ReadsAPathInOneWayOnly(string paths, bool expected)
    {
        var mesh = Shop.Yaml($"kind: TrafficPermission\nmetadata: {{name: t}}\nspec: {{targetRef: {{kind: Service, name: orders}}, rules: [{{default: {{deny: [{{service: storefront, {paths}}}]}}}}]}}");

        var manager = Manager(Read(Build(mesh, "orders"), "inbound/mesh", Listener.Parser), 0);

        Assert.Equal(expected, manager.NormalizePath == true);
        Assert.Equal(expected, manager.MergeSlashes);
        Assert.Equal(expected, manager.PathWithEscapedSlashesAction == HttpConnectionManager.Types.PathWithEscapedSlashesAction.RejectRequest);
    }

    [Fact]
    public void Build_OutboundListeners_HaveLoopbackPortsThatOtherEdgesDoNotMove()
    {
        var one = Ports(Build(TestMesh.Empty.Service("storefront", ports: ["http"], uses: ["orders"]).Service("orders", ports: ["http"]), "storefront"));
        var many = Ports(Build(Shop, "storefront"));

        Assert.All(many.Values, port => Assert.InRange(port, 16000u, 31999u));
        Assert.Equal(many.Count, many.Values.Distinct().Count());
        Assert.Equal(one["outbound/default/orders/http"], many["outbound/default/orders/http"]);
    }

    [Fact]
    public void Of_NamesWithOneHash_GetPortsOfTheirOwn()
    {
        var ports = EnvoyPorts.Of(Enumerable.Range(0, 12_000).Select(i => $"outbound/default/service-{i}/http"));

        Assert.Equal(12_000, ports.Values.Distinct().Count());
        Assert.All(ports.Values, port => Assert.InRange(port, 16_000, 31_999));
    }

    [Fact]
    public void Build_Http_HasNoLimitsOfEnvoysOwn()
    {
        var manager = Manager(Read(Build(Shop, "storefront"), "outbound/default/orders/http", Listener.Parser), 0);
        var limits = Assert.Single(Read(Build(Shop, "storefront"), "default/orders/http", Cluster.Parser).CircuitBreakers.Thresholds);

        Assert.Equal(0, manager.StreamIdleTimeout.Seconds);
        Assert.Equal("websocket", Assert.Single(manager.UpgradeConfigs).UpgradeType);
        Assert.Equal([uint.MaxValue, uint.MaxValue, uint.MaxValue], [limits.MaxConnections, limits.MaxRequests, limits.MaxPendingRequests]);
        Assert.NotNull(limits.RetryBudget);
    }

    [Fact]
    public void Build_CircuitBreaker_SaysTheLimitsAndLeavesTheOthersOpen()
    {
        var mesh = Shop.Yaml("kind: CircuitBreaker\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Mesh}, default: {connectionLimits: {maxRequests: 7, maxRetries: 3}, outlierDetection: {healthyPanicThreshold: 20}}}]}");
        var cluster = Read(Build(mesh, "storefront"), "default/orders/http", Cluster.Parser);
        var limits = Assert.Single(cluster.CircuitBreakers.Thresholds);

        Assert.Equal((uint.MaxValue, 7u, uint.MaxValue, 3u), (limits.MaxConnections, limits.MaxRequests, limits.MaxPendingRequests, limits.MaxRetries));
        Assert.Null(limits.RetryBudget); // which Envoy would hear instead of the limit
        Assert.Equal((5u, 100u, 0u), (cluster.OutlierDetection.ConsecutiveLocalOriginFailure, cluster.OutlierDetection.EnforcingConsecutiveLocalOriginFailure, cluster.OutlierDetection.EnforcingConsecutive5Xx));
        Assert.Equal(20, cluster.CommonLbConfig.HealthyPanicThreshold.Value);
    }

    [Theory]
    [InlineData("Auto", "h2,http/1.1")]
    [InlineData("Http1", "http/1.1")]
    [InlineData("Http2", "h2")]
    public void Build_Cluster_OffersWhatItSpeaks(string wire, string expected)
    {
        var mesh = Shop.Yaml($"kind: LoadBalancing\nmetadata: {{name: t}}\nspec: {{to: [{{targetRef: {{kind: Mesh}}, default: {{wire: {wire}}}}}]}}");

        var tls = Read(Build(mesh, "storefront"), "default/orders/http", Cluster.Parser).TransportSocket.TypedConfig.Unpack<UpstreamTlsContext>();

        Assert.Equal(expected, string.Join(',', tls.CommonTlsContext.AlpnProtocols));
        Assert.Equal("http.orders.default", tls.Sni);
        Assert.Equal("spiffe://shop.local/ns/default/sa/orders", Assert.Single(tls.CommonTlsContext.CombinedValidationContext.DefaultValidationContext.MatchTypedSubjectAltNames).Matcher.Exact);
    }

    [Fact]
    public void Build_TcpCluster_HasNoHttpOptionsAndTheTunnelsAlpn()
    {
        var cluster = Read(Build(Shop, "storefront"), "default/db/tcp", Cluster.Parser);

        Assert.Empty(cluster.TypedExtensionProtocolOptions);
        Assert.Equal(["mesh-tcp"], cluster.TransportSocket.TypedConfig.Unpack<UpstreamTlsContext>().CommonTlsContext.AlpnProtocols);
    }

    [Fact]
    public void Build_ExternalService_IsCheckedAgainstTheWebsRoots()
    {
        var cluster = Read(Build(Shop, "storefront"), "default/stripe/https", Cluster.Parser);
        var tls = cluster.TransportSocket.TypedConfig.Unpack<UpstreamTlsContext>();

        Assert.Equal("api.stripe.com", tls.Sni);
        Assert.Equal("api.stripe.com", Assert.Single(tls.CommonTlsContext.ValidationContext.MatchTypedSubjectAltNames).Matcher.Exact);
        Assert.NotNull(cluster.TypedExtensionProtocolOptions.Values.Single().Unpack<HttpProtocolOptions>().AutoConfig);
    }

    [Theory]
    [InlineData("http: {retryOn: [Reset]}", "GET,HEAD,OPTIONS,TRACE,PUT,DELETE")]
    [InlineData("http: {retryOn: [ConnectFailure]}, grpc: {retryOn: [Unavailable]}", "")]
    [InlineData("http: {numRetries: 0}, grpc: {numRetries: 0}", null)]
    public void Build_Retries_NeverRepeatWhatMayHaveBeenProcessed(string retry, string? methods)
    {
        var mesh = Shop.Yaml($"kind: Retry\nmetadata: {{name: t}}\nspec: {{to: [{{targetRef: {{kind: Mesh}}, default: {{{retry}}}}}]}}");

        var routes = Read(Build(mesh, "storefront"), "outbound/default/orders/http", RouteConfiguration.Parser).VirtualHosts[0].Routes;

        Assert.All(routes, route => Assert.Equal(
            methods,
            route.Route_.RetryPolicy is { } policy ? string.Join(',', policy.RetriableRequestHeaders.Where(h => h.Name == ":method").Select(h => h.StringMatch.Exact)) : null));
    }

    [Fact]
    public void Build_TelemetryAndAccessLogs_AreItsOwnTracingAndLoggersInItsOwnWords()
    {
        var resources = Build(
            Shop.Yaml("""
            kind: Telemetry
            metadata: {name: all}
            spec:
              rules:
              - default:
                  tracing: {sampling: 10, ignoreParent: true}
                  metrics: {durationBuckets: [1]}
                  tags: [{name: tenant, header: {name: x-tenant, default: none}, metrics: true}, {name: team, literal: web}]
            ---
            kind: AccessLog
            metadata: {name: all}
            spec:
              rules:
              - default:
                  backends:
                  - {type: OpenTelemetry}
                  - {type: Stdout, format: {text: "%MESH_DIRECTION% %MESH_DESTINATION_SERVICE% %MESH_ERROR%"}, filter: {headers: [{name: x-debug, type: Present}]}}
            """),
            "orders");
        var door = Read(resources, "inbound/mesh", Listener.Parser);
        var manager = Manager(door, door.FilterChains.ToList().FindIndex(chain => chain.FilterChainMatch.ServerNames.Contains("http.orders.default")));
        var tunnel = door.FilterChains.Single(chain => chain.FilterChainMatch.ServerNames.Contains("raw.orders.default")).Filters[^1].TypedConfig.Unpack<TcpProxy>();

        Assert.Equal(10, manager.Tracing.RandomSampling.Value);
        Assert.Null(manager.Tracing.OverallSampling);
        Assert.Equal(["tenant x-tenant none", "team web"], manager.Tracing.CustomTags.Select(tag => tag.RequestHeader is { } header ? $"{tag.Tag} {header.Name} {header.DefaultValue}" : $"{tag.Tag} {tag.Literal.Value}"));
        foreach (var (log, port) in new[] { (Assert.Single(manager.AccessLog), "http"), (Assert.Single(tunnel.AccessLog), "raw") })
        {
            Assert.Equal($"inbound default/orders/{port} %RESPONSE_FLAGS%\n", log.TypedConfig.Unpack<StdoutAccessLog>().LogFormat.TextFormatSource.InlineString);
            Assert.Equal("x-debug", log.Filter.HeaderFilter.Header.Name);
        }

        Assert.All(resources, resource => Assert.DoesNotContain("mesh.snapshot.v1", resource.Body.ToStringUtf8(), StringComparison.Ordinal));
    }

    private static XdsResource[] Build(TestMesh mesh, string service) => [.. EnvoyBuilder.Build(mesh.Compile().Snapshots[new ServiceId("default", service)]).Resources];

    private static T Read<T>(IEnumerable<XdsResource> resources, string name, MessageParser<T> parser)
        where T : IMessage<T> => parser.ParseFrom(resources.Single(resource => resource.Name == name && resource.TypeUrl.EndsWith($".{typeof(T).Name}", StringComparison.Ordinal)).Body);

    private static HttpConnectionManager Manager(Listener listener, int chain) => listener.FilterChains[chain].Filters[^1].TypedConfig.Unpack<HttpConnectionManager>();

    private static Dictionary<string, uint> Ports(IEnumerable<XdsResource> resources) => resources
        .Where(resource => resource.TypeUrl == TypeUrls.Listener && resource.Name.StartsWith("outbound/", StringComparison.Ordinal))
        .ToDictionary(resource => resource.Name, resource => Listener.Parser.ParseFrom(resource.Body).Address.SocketAddress.PortValue);
}
