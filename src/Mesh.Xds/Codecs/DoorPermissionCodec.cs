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
            var filters = manager.HttpFilters.Where(IsRbac<HttpRbac>).ToArray();
            var permissions = PermissionCodec.Decode(filters.Select(filter => Rules(filter, where)), where);
            CheckUnderstood(filters, EncodeHttp(permissions), where);
            return permissions;
        }

        var rules = chain.Filters.Where(filter => filter.TypedConfig?.Holds<NetworkRbac>() == true).ToArray();
        var allowed = PermissionCodec.Decode(
            rules.Select(filter => ValueCodec.Unpack<NetworkRbac>(filter.TypedConfig, where)).Select(rbac => ((RBAC?)rbac.Rules, (RBAC?)rbac.ShadowRules)), where);
        CheckUnderstood(rules, EncodeNetwork(chain.Name, allowed), where);
        return allowed;
    }

    // A condition that this version has no name for would make a permission wider than it is meant.
    private static void CheckUnderstood(IReadOnlyList<IMessage> filters, IEnumerable<IMessage> understood, string where)
    {
        foreach (var (filter, again) in filters.Zip(understood))
        {
            if (WireCover.Uncovered(filter.ToByteString().Span, again.ToByteString().Span) is { } field)
            {
                throw ResourceRefusedException.BeyondThisVersion($"{where}, permissions, field {field}");
            }
        }
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
