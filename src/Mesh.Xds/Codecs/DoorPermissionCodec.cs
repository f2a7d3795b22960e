using Envoy.Config.Listener.V3;
using Envoy.Config.Rbac.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Google.Protobuf;
using Mesh.Model.Snapshots;
using Mesh.Snapshot.V1;
using Mesh.Xds.Wire;
using HttpRbac = Envoy.Extensions.Filters.Http.Rbac.V3.RBAC;
using NetworkRbac = Envoy.Extensions.Filters.Network.Rbac.V3.RBAC;

namespace Mesh.Xds.Codecs;

/// <summary>
/// The permissions in a door's filter chains. They are read without a look at the rest of the listener, so that a revocation takes effect even where the
/// rest is refused.
/// </summary>
internal static class DoorPermissionCodec
{
    private const string DenyName = "mesh.dev.deny";
    private const string AllowName = "mesh.dev.allow";

    public static IEnumerable<HttpFilter> EncodeHttp(PermissionSet permissions)
    {
        if (PermissionCodec.EncodeDeny(permissions) is { } deny)
        {
            yield return FilterChainCodec.Http(DenyName, new HttpRbac { Rules = deny });
        }

        yield return FilterChainCodec.Http(
            AllowName, new HttpRbac { Rules = PermissionCodec.EncodeAllow(permissions), ShadowRules = PermissionCodec.EncodeShadow(permissions) });
    }

    public static IEnumerable<Filter> EncodeNetwork(string name, PermissionSet permissions)
    {
        if (PermissionCodec.EncodeDeny(permissions) is { } deny)
        {
            yield return FilterChainCodec.Network(DenyName, new NetworkRbac { StatPrefix = name, Rules = deny });
        }

        yield return FilterChainCodec.Network(
            AllowName,
            new NetworkRbac { StatPrefix = name, Rules = PermissionCodec.EncodeAllow(permissions), ShadowRules = PermissionCodec.EncodeShadow(permissions) });
    }

    /// <summary>The permissions of every chain, by port name.</summary>
    public static IEnumerable<KeyValuePair<string, PermissionSet>> Decode(Listener listener) => listener.FilterChains.Select((chain, index) =>
    {
        var where = $"filter_chains[{index}]";
        var port = ValueCodec.DecodePort(chain.Metadata.Settings<DoorSettings>(where).Port, $"{where}.metadata.port");
        return KeyValuePair.Create(port.Port, Decode(chain, where));
    });

    public static PermissionSet Decode(FilterChain chain, string where)
    {
        if (chain.Filters.LastOrDefault()?.TypedConfig?.Holds<HttpConnectionManager>() == true)
        {
            var manager = ValueCodec.Unpack<HttpConnectionManager>(chain.Filters[^1].TypedConfig, $"{where}.filters");
            return PermissionCodec.Decode(manager.HttpFilters.Where(IsRbac<HttpRbac>).Select(filter => Rules(filter, where)), where);
        }

        return PermissionCodec.Decode(
            chain.Filters
                .Where(filter => filter.TypedConfig?.Holds<NetworkRbac>() == true)
                .Select(filter => ValueCodec.Unpack<NetworkRbac>(filter.TypedConfig, where))
                .Select(rbac => ((RBAC?)rbac.Rules, (RBAC?)rbac.ShadowRules)),
            where);
    }

    private static bool IsRbac<T>(HttpFilter filter)
        where T : IMessage<T> => filter.TypedConfig?.Holds<T>() == true;

    private static (RBAC? Rules, RBAC? Shadow) Rules(HttpFilter filter, string where)
    {
        if (filter.IsOptional || filter.Disabled)
        {
            throw new ResourceRefusedException($"{where}.http_filters '{filter.Name}': permissions that are optional or disabled fail open");
        }

        var rbac = ValueCodec.Unpack<HttpRbac>(filter.TypedConfig, where);
        return (rbac.Rules, rbac.ShadowRules);
    }
}
