using System.Collections.Immutable;
using Envoy.Type.Matcher.V3;
using Mesh.Model.Snapshots;
using static Envoy.Config.Route.V3.RedirectAction.Types;
using static Envoy.Config.Route.V3.RouteAction.Types;
using static Envoy.Config.Route.V3.WeightedCluster.Types;
using DirectResponseMessage = Envoy.Config.Route.V3.DirectResponseAction;
using RedirectMessage = Envoy.Config.Route.V3.RedirectAction;
using RouteActionMessage = Envoy.Config.Route.V3.RouteAction;
using RouteMessage = Envoy.Config.Route.V3.Route;

namespace Mesh.Xds.Codecs;

/// <summary>What a route does.</summary>
internal static class RouteActionCodec
{
    private const int InternalServerError = 500;
    private const string WholePath = "^/.*$";

    private static readonly ImmutableArray<(int Status, RedirectResponseCode Code)> RedirectCodes =
    [
        (301, RedirectResponseCode.MovedPermanently),
        (302, RedirectResponseCode.Found),
        (303, RedirectResponseCode.SeeOther),
        (307, RedirectResponseCode.TemporaryRedirect),
        (308, RedirectResponseCode.PermanentRedirect),
    ];

    public static void Encode(RouteAction action, RouteMessage route)
    {
        switch (action)
        {
            // Envoy has no split whose weights are all zero; Gateway API answers it with 500.
            case ForwardAction forward when forward.Backends.All(backend => backend.Weight == 0):
                route.DirectResponse = Encode(new DirectResponseAction(InternalServerError, "no backend of this route has a weight above zero"));
                break;
            case ForwardAction forward:
                route.Route_ = Encode(forward);
                break;
            case RedirectAction redirect:
                route.Redirect = Encode(redirect);
                break;
            case DirectResponseAction direct:
                route.DirectResponse = Encode(direct);
                break;
        }
    }

    public static RouteAction Decode(RouteMessage route, string where) => route.ActionCase switch
    {
        RouteMessage.ActionOneofCase.Route_ => Decode(route.Route_, where),
        RouteMessage.ActionOneofCase.Redirect => Decode(route.Redirect, where),
        RouteMessage.ActionOneofCase.DirectResponse => new DirectResponseAction((int)route.DirectResponse.Status, route.DirectResponse.Body?.InlineString ?? ""),
        _ => throw new ResourceRefusedException($"{where}: action {route.ActionCase} is not supported"),
    };

    private static RouteActionMessage Encode(ForwardAction forward)
    {
        var action = new RouteActionMessage
        {
            // A backend that does not exist is answered with 500 (Gateway API), not with Envoy's 503.
            ClusterNotFoundResponseCode = ClusterNotFoundResponseCode.InternalServerError,
        };
        if (forward.Backends is [{ Weight: 1, RequestHeaders.IsEmpty: true, ResponseHeaders.IsEmpty: true } only])
        {
            action.Cluster = only.Cluster;
        }
        else
        {
            action.WeightedClusters = new();
            action.WeightedClusters.Clusters.AddRange(forward.Backends.Select(Encode));
        }

        if (forward.RewriteHost is not null)
        {
            action.HostRewriteLiteral = forward.RewriteHost;
        }

        if (forward.RewritePath is { IsPrefix: true } prefix)
        {
            action.PrefixRewrite = prefix.Value;
        }
        else if (forward.RewritePath is { } whole)
        {
            action.RegexRewrite = ReplaceWhole(whole.Value);
        }

        action.HashPolicy.AddRange(HashPolicyCodec.Encode(forward.HashPolicies));
        action.RequestMirrorPolicies.AddRange(forward.Mirrors.Select(Encode));
        return action;
    }

    private static ForwardAction Decode(RouteActionMessage action, string where) => new()
    {
        Backends = action.ClusterSpecifierCase switch
        {
            RouteActionMessage.ClusterSpecifierOneofCase.Cluster => [new WeightedCluster(action.Cluster)],
            RouteActionMessage.ClusterSpecifierOneofCase.WeightedClusters => [.. action.WeightedClusters.Clusters.Select(cluster => Decode(cluster, where))],
            _ => throw new ResourceRefusedException($"{where}.route: no destination"),
        },
        RewriteHost = action.HasHostRewriteLiteral ? action.HostRewriteLiteral : null,
        RewritePath = action switch
        {
            { PrefixRewrite.Length: > 0 } => new(IsPrefix: true, action.PrefixRewrite),
            { RegexRewrite: { } rewrite } => new(IsPrefix: false, Whole(rewrite, $"{where}.route.regex_rewrite")),
            _ => null,
        },
        HashPolicies = HashPolicyCodec.Decode(action.HashPolicy, where),
        Mirrors = [.. action.RequestMirrorPolicies.Select(mirror => new RouteMirror(mirror.Cluster, mirror.RuntimeFraction is { } share ? PercentCodec.Decode(share.DefaultValue) : 100))],
    };

    private static RequestMirrorPolicy Encode(RouteMirror mirror) => new()
    {
        Cluster = mirror.Cluster,
        RuntimeFraction = mirror.Percent < 100 ? new() { DefaultValue = PercentCodec.Encode(mirror.Percent) } : null,
        DisableShadowHostSuffixAppend = true,
    };

    private static ClusterWeight Encode(WeightedCluster backend)
    {
        var cluster = new ClusterWeight { Name = backend.Cluster, Weight = (uint)backend.Weight };
        HeaderCodec.Encode(backend.RequestHeaders, cluster.RequestHeadersToAdd, cluster.RequestHeadersToRemove);
        HeaderCodec.Encode(backend.ResponseHeaders, cluster.ResponseHeadersToAdd, cluster.ResponseHeadersToRemove);
        return cluster;
    }

    private static WeightedCluster Decode(ClusterWeight cluster, string where) => new(cluster.Name, (int)(cluster.Weight ?? 0))
    {
        RequestHeaders = HeaderCodec.Decode(cluster.RequestHeadersToAdd, cluster.RequestHeadersToRemove, where),
        ResponseHeaders = HeaderCodec.Decode(cluster.ResponseHeadersToAdd, cluster.ResponseHeadersToRemove, where),
    };

    private static RedirectMessage Encode(RedirectAction redirect)
    {
        var message = new RedirectMessage
        {
            ResponseCode = RedirectCodes.First(code => code.Status == redirect.Status).Code,
            HostRedirect = redirect.Host ?? "",
            PortRedirect = (uint)(redirect.Port ?? 0),
        };
        if (redirect.Scheme is not null)
        {
            message.SchemeRedirect = redirect.Scheme;
        }

        if (redirect.Path is { IsPrefix: true } prefix)
        {
            message.PrefixRewrite = prefix.Value;
        }
        else if (redirect.Path is { } whole)
        {
            message.PathRedirect = whole.Value;
        }

        return message;
    }

    private static RedirectAction Decode(RedirectMessage redirect, string where) => new()
    {
        Status = RedirectCodes.First(code => code.Code == redirect.ResponseCode).Status,
        Scheme = redirect.HasSchemeRedirect ? redirect.SchemeRedirect : null,
        Host = redirect.HostRedirect.Length > 0 ? redirect.HostRedirect : null,
        Port = redirect.PortRedirect > 0 ? (int)redirect.PortRedirect : null,
        Path = redirect.PathRewriteSpecifierCase switch
        {
            RedirectMessage.PathRewriteSpecifierOneofCase.PathRedirect => new(IsPrefix: false, redirect.PathRedirect),
            RedirectMessage.PathRewriteSpecifierOneofCase.PrefixRewrite => new(IsPrefix: true, redirect.PrefixRewrite),
            RedirectMessage.PathRewriteSpecifierOneofCase.None => null,
            _ => throw new ResourceRefusedException($"{where}.redirect: {redirect.PathRewriteSpecifierCase} is not supported"),
        },
    };

    private static DirectResponseMessage Encode(DirectResponseAction direct) => new()
    {
        Status = (uint)direct.Status,
        Body = direct.Reason.Length > 0 ? new() { InlineString = direct.Reason } : null,
    };

    private static RegexMatchAndSubstitute ReplaceWhole(string path) => new()
    {
        Pattern = new RegexMatcher { Regex = WholePath },
        Substitution = path.Replace("\\", "\\\\", StringComparison.Ordinal),
    };

    private static string Whole(RegexMatchAndSubstitute rewrite, string where) => rewrite.Pattern?.Regex == WholePath
        ? rewrite.Substitution.Replace("\\\\", "\\", StringComparison.Ordinal)
        : throw new ResourceRefusedException($"{where}: only a rewrite of the whole path ({WholePath}) is supported");
}
