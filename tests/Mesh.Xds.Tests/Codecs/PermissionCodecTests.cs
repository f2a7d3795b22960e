using Envoy.Config.Listener.V3;
using Envoy.Extensions.Filters.Http.JwtAuthn.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Xds.Codecs;
using Mesh.Xds.EnvoyProxy;
using Mesh.Xds.Proxyless;
using Mesh.Xds.Validation;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.Codecs;

/// <summary>Permissions that look at headers and tokens, on the wire.</summary>
public sealed class PermissionCodecTests
{
    private static readonly TokenProvider Fetched = new()
    {
        Name = "shop/tokens/accounts",
        Issuer = "https://login.example/",
        Audiences = ["orders", "shop"],
        KeysUrl = new Uri("https://login.example/keys"),
        CacheDuration = TimeSpan.FromMinutes(5),
        StaleLimit = TimeSpan.Zero,
        ClockSkew = TimeSpan.FromSeconds(30),
        Forward = false,
        Places = [new(TokenPlaceKind.Header, "x-token"), new(TokenPlaceKind.Cookie, "session"), new(TokenPlaceKind.Query, "access_token")],
    };

    private static readonly TokenProvider InFile = new() { Name = "shop/tokens/partners", Issuer = "partners", KeysFile = "/keys.json" };

    private static readonly PermissionSet Rich = new()
    {
        TokenProviders = [Fetched, InFile, new TokenProvider { Name = "shop/tokens/self", Issuer = "self", Keys = "{\"keys\":[]}" }],
        Deny = [new() { Anyone = true, Token = new() { Providers = [Fetched.Name, InFile.Name], Missing = true }, Origin = Samples.Somewhere }],
        Allow =
        [
            new()
            {
                Principals = [new("spiffe://shop.local/ns/shop", IsPrefix: true), new("spiffe://shop.local/ns/web/sa/front")],
                Token = new()
                {
                    Providers = [Fetched.Name],
                    Claims =
                    [
                        new() { Path = ["sub"], Values = ["ann"] },
                        new() { Path = ["email_verified"], Values = ["true"] },
                        new() { Path = ["tenant"], Values = ["a", "b"] },
                        new() { Path = ["scope"], Contains = ["orders.write"] },
                        new() { Path = ["realm_access", "roles"], Contains = ["admin", "ops+1"] },
                    ],
                },
                Requests = [new("POST", new(PathMatchKind.PathPrefix, "/orders")) { Headers = [new("x-a", ValueMatchKind.Prefix, "b"), new("x-c", ValueMatchKind.Absent, "")] }],
                Origin = Samples.Somewhere,
            },
            new() { Requests = [new(null, null) { Headers = [new("x-d", ValueMatchKind.Present, "")] }], Origin = Samples.Somewhere },
            new() { Anyone = true, Requests = [new(null, null)], Origin = Samples.Somewhere },
        ],
        AllowWithShadowDeny = [new() { Token = new() { Providers = [InFile.Name] }, Origin = Samples.Somewhere }],
    };

    private static readonly ProxySnapshot Snapshot = Samples.Calling() with
    {
        Inbound = [new InboundPort { Port = Samples.Port("storefront"), Protocol = AppProtocol.Http, Permissions = Rich }, new InboundPort { Port = Samples.Port("storefront", "tcp"), Protocol = AppProtocol.Tcp, Permissions = PermissionSet.Nobody }],
        FrontDoors = [new FrontDoor { Port = Samples.Port("storefront"), Protocol = AppProtocol.Http, Permissions = Rich }],
    };

    [Fact]
    public void Decode_HeadersAndTokens_AreTheSame()
    {
        var decoded = SnapshotCodec.Decode(Samples.Storefront, SnapshotCodec.Encode(Snapshot));

        Assert.Equal(Structure.Of(Snapshot), Structure.Of(decoded));
        Assert.Empty(XdsValidator.Validate([.. SnapshotCodec.Encode(Snapshot)]));
    }

    [Fact]
    public void Decode_TokenFilterThatLetsWrongTokensPass_IsRefused()
    {
        var filter = TokenProviderCodec.Encode(Rich.TokenProviders);
        filter.Rules[0].Requires.RequiresAny.Requirements[^1].AllowMissingOrFailed = new Empty();

        Assert.Throws<ResourceRefusedException>(() => TokenProviderCodec.Decode(filter, new Dictionary<string, Duration>(), "x"));
    }

    [Fact]
    public void Envoy_Tokens_AreVerifiedByItsOwnFilterBeforePermissionsAndKeysHaveACluster()
    {
        var built = EnvoyBuilder.Build(Snapshot).Resources;
        var manager = Listener.Parser.ParseFrom(built.Single(r => r.Name == ResourceNames.MeshDoor).Body).FilterChains[0].Filters[^1].TypedConfig.Unpack<HttpConnectionManager>();

        Assert.True(manager.HttpFilters[0].TypedConfig.Is(JwtAuthentication.Descriptor));
        Assert.Contains(built, r => r.TypeUrl == TypeUrls.Cluster && r.Name == "jwks/https/login.example:443");
        Assert.Empty(XdsValidator.Validate([.. built]));
    }

    [Fact]
    public void Proxyless_Tokens_DenyWhomTheyWouldAndAllowNobody()
    {
        var permissions = ProxylessPermissions.Of(Rich);

        Assert.Empty(permissions.TokenProviders);
        Assert.Null(Assert.Single(permissions.Deny).Token);
        Assert.Empty(permissions.AllowWithShadowDeny);
        Assert.All(permissions.Allow, rule => Assert.Null(rule.Token));
        Assert.Equal(2, permissions.Allow.Length);
    }

    [Theory]
    [InlineData("grpc-timeout", ValueMatchKind.Present, "", false)]
    [InlineData("x-a", ValueMatchKind.RegularExpression, "a|b", true)]
    [InlineData("x-a", ValueMatchKind.RegularExpression, "[a-z-[b]]", false)]
    public void Proxyless_HeaderThatServersCannotRead_NeverWidens(string name, ValueMatchKind kind, string value, bool isReadable)
    {
        var rule = new PermissionRule { Requests = [new(null, null) { Headers = [new(name, kind, value)] }], Origin = Samples.Somewhere };

        var permissions = ProxylessPermissions.Of(new PermissionSet { Allow = [rule], Deny = [rule] });

        Assert.Equal((isReadable ? 1 : 0, isReadable), (permissions.Allow.Length, !Assert.Single(permissions.Deny).Requests.IsEmpty));
    }
}
