using Envoy.Config.Core.V3;
using Envoy.Config.Listener.V3;
using Envoy.Config.Rbac.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Envoy.Extensions.TransportSockets.Tls.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using Mesh.Xds.Wire;
using static Envoy.Extensions.TransportSockets.Tls.V3.TlsParameters.Types;
using HttpRbac = Envoy.Extensions.Filters.Http.Rbac.V3.RBAC;
using NetworkRbac = Envoy.Extensions.Filters.Network.Rbac.V3.RBAC;

namespace Mesh.Xds.Tests.Codecs;

/// <summary>A mesh door that would let in more than it says is refused, not guessed at.</summary>
public sealed class FailClosedTests
{
    public static TheoryData<string, Action<HttpConnectionManager>> HttpDoors => new()
    {
        { "no RBAC filter with action ALLOW", manager => manager.HttpFilters.RemoveAt(1) },
        { "permissions that are optional or disabled fail open", manager => manager.HttpFilters[1].IsOptional = true },
        { "permissions that are optional or disabled fail open", manager => manager.HttpFilters[1].Disabled = true },
        { "permissions that are optional or disabled fail open", manager => manager.HttpFilters[0].Disabled = true },
        { "an RBAC filter with action (no rules)", manager => manager.HttpFilters[1].TypedConfig = Any.Pack(new HttpRbac()) },
        { "an RBAC filter with action Log", manager => Change(manager, rbac => rbac.Rules.Action = RBAC.Types.Action.Log) },
        { "an RBAC filter with action Allow", manager => manager.HttpFilters.Insert(1, manager.HttpFilters[1].Clone()) },
        { "a principal of the form Any", manager => Change(manager, rbac => rbac.Rules.Policies.Values.Last().Principals.Add(new Principal { Any = true })) },
        { "principals of the form and_ids are supported for tokens only", manager => Change(manager, rbac => rbac.Rules.Policies.Values.Last().Principals[0] = new Principal { AndIds = new() { Ids = { new Principal { Any = true }, new Principal { Any = true } } } }) },
        { "it is about tokens of a provider that is not there", manager => Change(manager, rbac => rbac.Rules.Policies.Values.Last().Principals[0] = TokenMatchCodec.Encode(rbac.Rules.Policies.Values.Last().Principals[0], new() { Providers = ["p"] })) },
        { "a principal of the form NotId", manager => Change(manager, rbac => rbac.Rules.Policies.Values.Last().Principals[0] = new Principal { NotId = new Principal { Any = true } }) },
        { "a principal of the form Authenticated", manager => Change(manager, rbac => rbac.Rules.Policies.Values.Last().Principals[0].Authenticated.PrincipalName.IgnoreCase = true) },
        { "a permission of the form NotRule", manager => Change(manager, rbac => rbac.Rules.Policies.Values.Last().Permissions[0] = new Permission { NotRule = new Permission { Any = true } }) },
        { "a permission of the form DestinationPort", manager => Change(manager, rbac => rbac.Rules.Policies.Values.Last().Permissions[0] = new Permission { DestinationPort = 80 }) },
        { "does not say its order and origin", manager => Change(manager, rbac => rbac.Rules.Policies["whoever"] = rbac.Rules.Policies.Values.Last()) },
        { "no principals", manager => Change(manager, rbac => rbac.Rules.Policies.Values.Last().Principals.Clear()) },
        { "no permissions", manager => Change(manager, rbac => rbac.Rules.Policies.Values.Last().Permissions.Clear()) },
    };

    [Theory]
    [MemberData(nameof(HttpDoors), DisableDiscoveryEnumeration = true)]
    public void DecodePermissions_HttpDoorThatWouldBeTooOpen_IsRefused(string expected, Action<HttpConnectionManager> open)
    {
        var listener = MeshDoor();
        var manager = listener.FilterChains[0].Filters[0].TypedConfig.Unpack<HttpConnectionManager>();
        open(manager);
        listener.FilterChains[0].Filters[0].TypedConfig = Any.Pack(manager);

        AssertRefused(expected, listener, permissionsToo: true);
    }

    [Fact]
    public void DecodePermissions_TunnelWithoutPermissions_IsRefused()
    {
        var listener = MeshDoor();
        var tunnel = listener.FilterChains.Single(chain => chain.Filters.Any(filter => filter.TypedConfig.Is(NetworkRbac.Descriptor)));
        tunnel.Filters.Remove(tunnel.Filters.Last(filter => filter.TypedConfig.Is(NetworkRbac.Descriptor)));

        AssertRefused("no RBAC filter with action ALLOW", listener, permissionsToo: true);
    }

    public static TheoryData<string, Action<FilterChain>> Doors => new()
    {
        { "transport_socket: missing", chain => chain.TransportSocket = null },
        { "a mesh door has to require a client certificate", chain => Change(chain, tls => tls.RequireClientCertificate = null) },
        { "a mesh door has to require a client certificate", chain => Change(chain, tls => tls.CommonTlsContext.ValidationContextSdsSecretConfig = null) },
        { "tls_params: no version is between TLS13 and TLS12", chain => Change(chain, tls => tls.CommonTlsContext.TlsParams = Versions(TlsProtocol.Tlsv13, TlsProtocol.Tlsv12)) },
        { "tls_minimum_protocol_version: Tlsv11 is not supported", chain => Change(chain, tls => tls.CommonTlsContext.TlsParams = Versions(TlsProtocol.Tlsv11, TlsProtocol.Tlsv12)) },
        { "tls_maximum_protocol_version: TlsAuto is not supported", chain => Change(chain, tls => tls.CommonTlsContext.TlsParams = Versions(TlsProtocol.Tlsv12, TlsProtocol.TlsAuto)) },
        { "cipher_suites: 'AES128-SHA' is not known", chain => Change(chain, tls => (tls.CommonTlsContext.TlsParams = Versions(TlsProtocol.Tlsv12, TlsProtocol.Tlsv12)).CipherSuites.Add("AES128-SHA")) },
        { "server_names: not just http.storefront.shop", chain => chain.FilterChainMatch = null },
        { "server_names: not just http.storefront.shop", chain => chain.FilterChainMatch.ServerNames.Add("other") },
        { "no mesh.snapshot.v1.DoorSettings", chain => chain.Metadata = new Metadata() },
    };

    [Theory]
    [MemberData(nameof(Doors), DisableDiscoveryEnumeration = true)]
    public void Decode_MeshDoorWithoutItsLock_IsRefused(string expected, Action<FilterChain> open)
    {
        var listener = MeshDoor();
        open(listener.FilterChains[0]);

        AssertRefused(expected, listener, permissionsToo: false);
    }

    [Fact]
    public void Decode_ClusterWithoutPeerIdentity_IsRefused()
    {
        var encoded = SnapshotCodec.Encode(Samples.Everything).Single(resource => resource is { TypeUrl: TypeUrls.Cluster, Name: "shop/orders/http" });
        var cluster = Envoy.Config.Cluster.V3.Cluster.Parser.ParseFrom(encoded.Body);
        cluster.TransportSocket = null;

        var refusal = Assert.Throws<ResourceRefusedException>(() => ResourceDecoder.Decode(XdsResource.From(TypeUrls.Cluster, cluster.Name, cluster)));
        Assert.Contains("transport_socket: missing", refusal.Message);
    }

    private static TlsParameters Versions(TlsProtocol min, TlsProtocol max) => new() { TlsMinimumProtocolVersion = min, TlsMaximumProtocolVersion = max };

    private static Listener MeshDoor() => Listener.Parser.ParseFrom(
        SnapshotCodec.Encode(Samples.Everything).Single(resource => resource.Name == ResourceNames.MeshDoor).Body);

    private static void Change(HttpConnectionManager manager, Action<HttpRbac> change)
    {
        var rbac = manager.HttpFilters[1].TypedConfig.Unpack<HttpRbac>();
        rbac.ShadowRules = null;
        change(rbac);
        manager.HttpFilters[1].TypedConfig = Any.Pack(rbac);
    }

    private static void Change(FilterChain chain, Action<DownstreamTlsContext> change)
    {
        var tls = chain.TransportSocket.TypedConfig.Unpack<DownstreamTlsContext>();
        change(tls);
        chain.TransportSocket.TypedConfig = Any.Pack(tls);
    }

    private static void AssertRefused(string expected, Listener listener, bool permissionsToo)
    {
        var resource = XdsResource.From(TypeUrls.Listener, listener.Name, listener);

        Assert.Contains(expected, Assert.Throws<ResourceRefusedException>(() => ResourceDecoder.Decode(resource)).Message);
        if (permissionsToo)
        {
            Assert.Contains(expected, Assert.Throws<ResourceRefusedException>(() => ResourceDecoder.DecodePermissions(resource)).Message);
        }
    }
}
