using System.Collections.Immutable;
using Envoy.Config.Listener.V3;
using Envoy.Extensions.Filters.Http.JwtAuthn.V3;
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
        if (!permissions.TokenProviders.IsEmpty)
        {
            yield return FilterChainCodec.Http(TokenMatchCodec.FilterName, TokenProviderCodec.Encode(permissions.TokenProviders));
        }

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
            var filters = manager.HttpFilters.Where(filter => Is<HttpRbac>(filter) || Is<JwtAuthentication>(filter)).ToArray();
            var permissions = PermissionCodec.Decode(filters.Where(Is<HttpRbac>).Select(filter => Rules(filter, where)), where) with { TokenProviders = Tokens(filters, chain, where) };
            CheckTokens(permissions, where);
            CheckUnderstood(filters, EncodeHttp(permissions), where);
            return permissions;
        }

        var rules = chain.Filters.Where(filter => filter.TypedConfig?.Holds<NetworkRbac>() == true).ToArray();
        var allowed = PermissionCodec.Decode(
            rules.Select(filter => ValueCodec.Unpack<NetworkRbac>(filter.TypedConfig, where)).Select(rbac => new RbacFilter(rbac.Rules, rbac.ShadowRules)), where);
        CheckTokens(allowed, where);
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

    private static bool Is<T>(HttpFilter filter)
        where T : IMessage<T> => filter.TypedConfig?.Holds<T>() == true;

    private static ImmutableArray<TokenProvider> Tokens(HttpFilter[] all, FilterChain chain, string where)
    {
        var filters = all.Where(Is<JwtAuthentication>).ToArray();
        if (filters.Length > 1)
        {
            throw new ResourceRefusedException($"{where}.http_filters: {filters.Length} filters for tokens, and each would judge alone");
        }

        if (filters.Length == 0)
        {
            return [];
        }

        Enforced(filters[0], where);
        return TokenProviderCodec.Decode(
            ValueCodec.Unpack<JwtAuthentication>(filters[0].TypedConfig, where), chain.Metadata.Settings<DoorSettings>(where).TokenStaleLimits, $"{where}.http_filters '{filters[0].Name}'");
    }

    // A rule about tokens that nobody verifies would match none, and a denial by it would let pass.
    private static void CheckTokens(PermissionSet permissions, string where)
    {
        var known = permissions.TokenProviders.Select(provider => provider.Name).ToHashSet(StringComparer.Ordinal);
        var rule = permissions.Deny.Concat(permissions.Allow).Concat(permissions.AllowWithShadowDeny).FirstOrDefault(rule => rule.Token?.Providers.Any(name => !known.Contains(name)) == true);
        if (rule is not null)
        {
            throw new ResourceRefusedException($"{where}, policy {rule.Origin}: it is about tokens of a provider that is not there");
        }
    }

    private static void Enforced(HttpFilter filter, string where)
    {
        if (filter.IsOptional || filter.Disabled)
        {
            throw new ResourceRefusedException($"{where}.http_filters '{filter.Name}': permissions that are optional or disabled fail open");
        }
    }

    private static RbacFilter Rules(HttpFilter filter, string where)
    {
        Enforced(filter, where);
        var rbac = ValueCodec.Unpack<HttpRbac>(filter.TypedConfig, where);
        return new(rbac.Rules, rbac.ShadowRules);
    }
}
