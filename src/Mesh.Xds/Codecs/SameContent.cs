using System.Collections.Immutable;
using Mesh.Model.Snapshots;

namespace Mesh.Xds.Codecs;

/// <summary>
/// Whether two parts of snapshots say the same, so that one need not be encoded again. Records compare lists by reference: here the lists that every compilation makes anew are compared by
/// content. A list that is not named here only makes a part count as different, which is never wrong.
/// </summary>
internal static class SameContent
{
    public static bool Of(Cluster one, Cluster other) =>
        one.Origins.SequenceEqual(other.Origins)
        && one.ExternalEndpoints.SequenceEqual(other.ExternalEndpoints)
        && one with { Origins = other.Origins, ExternalEndpoints = other.ExternalEndpoints } == other;

    public static bool Of(OutboundListener one, OutboundListener other) =>
        one.Origins.SequenceEqual(other.Origins)
        && one.TcpBackends.SequenceEqual(other.TcpBackends)
        && one with { Origins = other.Origins, TcpBackends = other.TcpBackends } == other;

    public static bool Of(RouteTable one, RouteTable other) =>
        All(one.Rules, other.Rules, Of)
        && one with { Rules = other.Rules } == other;

    public static bool Of(InboundPort one, InboundPort other) =>
        Of(one.Permissions, other.Permissions)
        && one with { Permissions = other.Permissions } == other;

    public static bool Of(FrontDoor one, FrontDoor other) =>
        Of(one.Permissions, other.Permissions)
        && one with { Permissions = other.Permissions } == other;

    public static bool Of(ImmutableArray<InboundPort> one, ImmutableArray<InboundPort> other) => All(one, other, Of);

    private static bool Of(RouteRule one, RouteRule other)
    {
        if (one.Action is ForwardAction action && other.Action is ForwardAction otherAction)
        {
            return action.Backends.SequenceEqual(otherAction.Backends)
                && action.HashPolicies.SequenceEqual(otherAction.HashPolicies)
                && action with { Backends = otherAction.Backends, HashPolicies = otherAction.HashPolicies } == otherAction
                && one with { Action = otherAction } == other;
        }

        return one == other;
    }

    private static bool Of(PermissionSet one, PermissionSet other) =>
        All(one.Deny, other.Deny, Of)
        && All(one.Allow, other.Allow, Of)
        && All(one.AllowWithShadowDeny, other.AllowWithShadowDeny, Of)
        && All(one.TokenProviders, other.TokenProviders, (a, b) => a.SaysAs(b))
        && one with { Deny = other.Deny, Allow = other.Allow, AllowWithShadowDeny = other.AllowWithShadowDeny, TokenProviders = other.TokenProviders } == other;

    private static bool Of(PermissionRule one, PermissionRule other) =>
        one.Principals.SequenceEqual(other.Principals)
        && All(one.Requests, other.Requests, Of)
        && one with { Principals = other.Principals, Requests = other.Requests } == other;

    private static bool Of(RequestMatch one, RequestMatch other) =>
        one.Headers.SequenceEqual(other.Headers)
        && one with { Headers = other.Headers } == other;

    private static bool All<T>(ImmutableArray<T> one, ImmutableArray<T> other, Func<T, T, bool> same)
    {
        if (one.Length != other.Length)
        {
            return false;
        }

        for (var i = 0; i < one.Length; i++)
        {
            if (!same(one[i], other[i]))
            {
                return false;
            }
        }

        return true;
    }
}
