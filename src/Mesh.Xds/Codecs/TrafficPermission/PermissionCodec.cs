using System.Collections.Immutable;
using Envoy.Config.Rbac.V3;
using Mesh.Model;
using Mesh.Model.Snapshots;

namespace Mesh.Xds.Codecs;

/// <summary>
/// Permission sets as RBAC: denials are one filter with action DENY, the rest one with action ALLOW, which is there even where nobody is allowed. A rehearsed
/// denial is allowed by the rules and missing in the shadow rules.
/// </summary>
internal static class PermissionCodec
{
    /// <summary>The rules of the DENY filter; <see langword="null"/> where nothing is denied.</summary>
    public static RBAC? EncodeDeny(PermissionSet set) => set.Deny.IsEmpty ? null : Encode(RBAC.Types.Action.Deny, set.Deny, 0);

    /// <summary>The rules of the ALLOW filter.</summary>
    public static RBAC EncodeAllow(PermissionSet set)
    {
        var rules = Encode(RBAC.Types.Action.Allow, set.Allow, 0);
        rules.Policies.Add(Encode(RBAC.Types.Action.Allow, set.AllowWithShadowDeny, set.Allow.Length).Policies);
        return rules;
    }

    /// <summary>The shadow rules of the ALLOW filter; <see langword="null"/> where nothing is rehearsed.</summary>
    public static RBAC? EncodeShadow(PermissionSet set) => set.AllowWithShadowDeny.IsEmpty ? null : Encode(RBAC.Types.Action.Allow, set.Allow, 0);

    /// <summary>Puts together what the filters of one chain say. A chain without an ALLOW filter would let everyone in: it is refused.</summary>
    public static PermissionSet Decode(IEnumerable<RbacFilter> filters, string where)
    {
        PermissionSet? allowing = null;
        var deny = ImmutableArray<PermissionRule>.Empty;
        foreach (var (rules, shadow) in filters)
        {
            switch (rules?.Action)
            {
                case RBAC.Types.Action.Deny when shadow is null:
                    deny = deny.AddRange(Decode(rules, where));
                    break;
                case RBAC.Types.Action.Allow when allowing is null:
                    var rehearsed = shadow is null ? [] : rules.Policies.Keys.Where(name => !shadow.Policies.ContainsKey(name)).ToHashSet();
                    allowing = new()
                    {
                        Allow = Decode(rules, where, name => !rehearsed.Contains(name)),
                        AllowWithShadowDeny = Decode(rules, where, rehearsed.Contains),
                    };
                    break;
                default:
                    throw new ResourceRefusedException($"{where}: an RBAC filter with action {rules?.Action.ToString() ?? "(no rules)"} is not supported here");
            }
        }

        return allowing is null
            ? throw new ResourceRefusedException($"{where}: no RBAC filter with action ALLOW; the door would be open to everyone")
            : allowing with { Deny = deny };
    }

    private static RBAC Encode(RBAC.Types.Action action, ImmutableArray<PermissionRule> rules, int first)
    {
        var rbac = new RBAC { Action = action };
        for (var i = 0; i < rules.Length; i++)
        {
            var policy = new Policy();
            policy.Principals.AddRange((rules[i].Principals.IsEmpty ? [Everyone(rules[i].Anyone)] : rules[i].Principals.Select(Encode))
                .Select(who => rules[i].Token is { } token ? TokenMatchCodec.Encode(who, token) : who));
            policy.Permissions.AddRange(rules[i].Requests.IsEmpty ? [new Permission { Any = true }] : rules[i].Requests.Select(RequestPermissionCodec.Encode));
            rbac.Policies[PolicyNameCodec.Encode(first + i, rules[i].Origin)] = policy;
        }

        return rbac;
    }

    private static ImmutableArray<PermissionRule> Decode(RBAC rbac, string where, Func<string, bool>? only = null) =>
    [
        .. rbac.Policies.Keys
            .Where(name => only is null || only(name))
            .Select(name => NamedPolicy.Of(name, rbac.Policies[name], where))
            .OrderBy(policy => policy.Index)
            .Select(policy => DecodeWho(policy.Policy, policy.Origin, $"{where}, policy {policy.Origin}") with
            {
                Requests = DecodeRequests(policy.Policy, $"{where}, policy {policy.Origin}"),
            }),
    ];

    private static Principal Everyone(bool anonymousToo) => anonymousToo ? new() { Any = true } : new() { Authenticated = new Principal.Types.Authenticated() };

    private static Principal Encode(PrincipalMatch match)
    {
        if (!match.IsPrefix)
        {
            return Named(TextMatchCodec.Exact(match.Value));
        }

        if (match.Value.EndsWith('/'))
        {
            return Named(TextMatchCodec.Prefix(match.Value));
        }

        var either = new Principal.Types.Set();
        either.Ids.Add(Named(TextMatchCodec.Exact(match.Value)));
        either.Ids.Add(Named(TextMatchCodec.Prefix(match.Value + "/")));
        return new() { OrIds = either };
    }

    private static Principal Named(Envoy.Type.Matcher.V3.StringMatcher name) =>
        new() { Authenticated = new Principal.Types.Authenticated { PrincipalName = name } };

    private static PermissionRule DecodeWho(Policy policy, Origin origin, string where)
    {
        if (policy.Principals.Count == 0)
        {
            throw new ResourceRefusedException($"{where}: no principals");
        }

        var (who, token) = TokenMatchCodec.Decode([.. policy.Principals], where);
        var rule = new PermissionRule { Origin = origin, Token = token };
        return who switch
        {
            [{ HasAny: true, Any: true }] => rule with { Anyone = true },
            [{ Authenticated: { PrincipalName: null } }] => rule,
            _ => rule with { Principals = [.. who.Select(principal => Decode(principal, where))] },
        };
    }

    private static PrincipalMatch Decode(Principal principal, string where)
    {
        if (principal.Authenticated?.PrincipalName is { IgnoreCase: false } name)
        {
            if (name.HasExact)
            {
                return new(name.Exact);
            }

            if (name.HasPrefix && name.Prefix.EndsWith('/'))
            {
                return new(name.Prefix, IsPrefix: true);
            }
        }

        if (principal.OrIds is { Ids: [{ Authenticated.PrincipalName: { } first }, { Authenticated.PrincipalName: { } second }] }
            && TextMatchCodec.TryElementPrefix(first, second, out var prefix))
        {
            return new(prefix, IsPrefix: true);
        }

        throw new ResourceRefusedException($"{where}: a principal of the form {principal.IdentifierCase} is not supported");
    }

    private static ImmutableArray<RequestMatch> DecodeRequests(Policy policy, string where)
    {
        if (policy.Permissions.Count == 0)
        {
            throw new ResourceRefusedException($"{where}: no permissions");
        }

        return policy.Permissions.Count == 1 && policy.Permissions[0].HasAny
            ? []
            : [.. policy.Permissions.Select(permission => RequestPermissionCodec.Decode(permission, where))];
    }

    // A class, for the reason that EndpointCodec gives.
    private sealed record NamedPolicy(int Index, Origin Origin, Policy Policy)
    {
        public static NamedPolicy Of(string name, Policy policy, string where)
        {
            var (index, origin) = PolicyNameCodec.Decode(name, where);
            return new(index, origin, policy);
        }
    }
}
