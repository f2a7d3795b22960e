using System.Collections.Immutable;
using Envoy.Config.Route.V3;
using Envoy.Type.Matcher.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using Mesh.Xds.Wire;
using static Envoy.Config.Route.V3.WeightedCluster.Types;
using RouteActionMessage = Envoy.Config.Route.V3.RouteAction;
using RouteMatchMessage = Envoy.Config.Route.V3.RouteMatch;
using RouteMatchRecord = Mesh.Model.Snapshots.RouteMatch;
using WeightedClusterMessage = Envoy.Config.Route.V3.WeightedCluster;

namespace Mesh.Xds.Proxyless;

/// <summary>
/// Route tables for gRPC clients (gRFC A28, A44). They know matches by path and header, weights, and retries of some gRPC statuses. What would make one of them refuse
/// the table is decided here: methods and query parameters by what a gRPC call has, answers without a backend by a cluster without endpoints. Header changes, rewrites,
/// copies, sessions and time limits have no place.
/// </summary>
internal static class ProxylessRoutes
{
    private const string GrpcMethod = "POST";

    /// <summary>What stands for a client's channel.</summary>
    private const string ChannelKey = "io.grpc.channel_id";

    public static XdsResource Encode(RouteTable table, HashSet<string> clusters, ImmutableArray<FaultRule> faults)
    {
        var host = new VirtualHost { Name = table.Name, Domains = { "*" } };
        host.Routes.AddRange(FaultedRoutes.Of(table, faults).Where(hit => MayMatch(hit.Rule.Match)).SelectMany(hit => Encode(hit.Rule, hit.Effects, clusters)));
        return XdsResource.From(TypeUrls.RouteTable, table.Name, new RouteConfiguration { Name = table.Name, VirtualHosts = { host } });
    }

    /// <summary>No client asks anybody about its calls: those that nobody may send unasked go nowhere.</summary>
    private static bool IsAsked(RouteRule rule) => rule.Authorization is { FailOpen: false };

    /// <summary>A gRPC call is a POST without a query.</summary>
    private static bool MayMatch(RouteMatchRecord match) =>
        match.Method is null or GrpcMethod && match.QueryParameters.All(parameter => parameter.Kind == ValueMatchKind.Absent);

    private static IEnumerable<Route> Encode(RouteRule rule, FaultEffects? effects, HashSet<string> clusters)
    {
        foreach (var match in Paths(rule.Match.Path))
        {
            match.Headers.AddRange(rule.Match.Headers.Select(Encode));
            var route = new Route { Name = rule.Name, Match = match, Route_ = Encode(IsAsked(rule) ? null : rule.Action, rule.Retry, clusters) };
            if (effects is not null && ProxylessFaults.Encode(effects) is { } fault)
            {
                route.TypedPerFilterConfig[FaultCodec.FilterName] = fault;
            }

            yield return route;
        }
    }

    /// <summary>A prefix of whole elements is two matches: the elements alone, and what is below them.</summary>
    private static IEnumerable<RouteMatchMessage> Paths(PathMatch? path)
    {
        switch (path)
        {
            case { Kind: PathMatchKind.Exact }:
                yield return new() { Path = path.Value };
                break;
            case { Kind: PathMatchKind.RegularExpression }:
                yield return new() { SafeRegex = Expression(path.Value) };
                break;
            case { Kind: PathMatchKind.PathPrefix } when path.Value.TrimEnd('/') is { Length: > 1 } elements:
                yield return new() { Path = elements };
                yield return new() { Prefix = elements + "/" };
                break;
            default:
                yield return new() { Prefix = "/" };
                break;
        }
    }

#pragma warning disable CS0612 // older clients know no string_match
    private static HeaderMatcher Encode(ValueMatch match) => match.Kind switch
    {
        ValueMatchKind.Exact => new() { Name = match.Name, ExactMatch = match.Value },
        ValueMatchKind.Prefix => new() { Name = match.Name, PrefixMatch = match.Value },
        ValueMatchKind.RegularExpression => new() { Name = match.Name, SafeRegexMatch = Expression(match.Value) },
        ValueMatchKind.Present => new() { Name = match.Name, PresentMatch = true },
        ValueMatchKind.Absent => new() { Name = match.Name, PresentMatch = true, InvertMatch = true },
        _ => throw new ArgumentOutOfRangeException(nameof(match), match.Kind, null),
    };
#pragma warning restore CS0612

    private static RouteActionMessage Encode(Model.Snapshots.RouteAction? action, RetrySettings retry, HashSet<string> clusters)
    {
        var backends = action is ForwardAction forward ? forward.Backends.Where(backend => backend.Weight > 0).ToImmutableArray() : [];
        var message = new RouteActionMessage { RetryPolicy = Encode(retry) };
        string Known(string cluster) => clusters.Contains(cluster) ? cluster : ProxylessClusters.NoBackendName;
        if (backends is [])
        {
            message.Cluster = ProxylessClusters.NoBackendName;
        }
        else if (backends is [var only])
        {
            message.Cluster = Known(only.Cluster);
        }
        else
        {
            // One entry per cluster: not every client adds up a name that comes twice.
            message.WeightedClusters = new WeightedClusterMessage();
            message.WeightedClusters.Clusters.AddRange(backends
                .GroupBy(backend => Known(backend.Cluster), StringComparer.Ordinal)
                .Select(share => new ClusterWeight { Name = share.Key, Weight = (uint)share.Sum(backend => backend.Weight) }));
#pragma warning disable CS0612 // older gRPC cores (1.51 is in Debian 12) take 100 where it is absent, and refuse weights with another sum
            message.WeightedClusters.TotalWeight = (uint)message.WeightedClusters.Clusters.Sum(share => share.Weight ?? 0L);
#pragma warning restore CS0612
        }

        message.HashPolicy.AddRange(((action as ForwardAction)?.HashPolicies ?? []).Select(Encode).OfType<RouteActionMessage.Types.HashPolicy>());
        return message;
    }

    // gRFC A42. A call has no query, and cookies nobody keeps.
    private static RouteActionMessage.Types.HashPolicy? Encode(HashPolicy policy) => policy.Kind switch
    {
        HashPolicyKind.Header => new() { Header = new() { HeaderName = policy.Name.ToLowerInvariant() }, Terminal = policy.Terminal },
        HashPolicyKind.Source => new() { FilterState = new() { Key = ChannelKey }, Terminal = policy.Terminal },
        _ => null,
    };

    private static RegexMatcher Expression(string expression) => Re2Syntax.Fault(expression) is { } fault
        ? throw new InvalidOperationException($"gRPC's RE2 cannot read the expression '{expression}': {fault}; write it without, or use Exact or a prefix")
        : new RegexMatcher { Regex = expression };

    private static RetryPolicy? Encode(RetrySettings retry)
    {
        string[] words = [.. RetryCodec.GrpcWords.Where(word => retry.On.HasFlag(word.Flag)).Select(word => word.Word)];
        return words.Length == 0 || retry.Attempts == 0
            ? null
            : new()
            {
                RetryOn = string.Join(',', words),
                NumRetries = (uint)retry.Attempts,
                RetryBackOff = new() { BaseInterval = Duration.FromTimeSpan(retry.BackOffBase), MaxInterval = Duration.FromTimeSpan(retry.BackOffMax) },
            };
    }
}
