using System.Collections.Immutable;
using System.Globalization;
using Mesh.Model.Compilation;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Policies.RateLimit;

/// <summary>How much may come in, from RateLimit policies.</summary>
internal sealed class RateLimitCompiler
{
    private const string Prefix = "rateLimit";

    private readonly CallerEntries<RateLimitSettings> _entries;

    public RateLimitCompiler(PolicySet policies, TrustDomain trustDomain)
    {
        _entries = new(trustDomain);
        foreach (var policy in policies.All.OfType<RateLimitPolicy>())
        {
            _entries.Add(policy, policy.Rules);
        }
    }

    public InboundLimits Compile(Service service, ServicePort port, List<AppliedSetting> applied)
    {
        var requests = ImmutableArray.CreateBuilder<RequestLimit>();
        var connections = ImmutableArray.CreateBuilder<ConnectionLimit>();
        foreach (var (caller, layers) in _entries.For(service, port.Name))
        {
            var settings = new List<AppliedSetting>();
            var fold = new Fold<RateLimitSettings>(layers, $"inbound/{port.Name}", Prefix, settings);
            if (port.Protocol.IsHttp())
            {
                requests.AddRange(Requests(fold, layers, caller, settings));
            }
            else if (Connections(fold, caller) is { } limit)
            {
                connections.Add(limit);
            }

            applied.AddRange(CallerEntries<RateLimitSettings>.Of(settings, caller));
        }

        return requests.Count == 0 && connections.Count == 0 ? InboundLimits.None : new() { Requests = requests.DrainToImmutable(), Connections = connections.DrainToImmutable() };
    }

    private static IEnumerable<RequestLimit> Requests(Fold<RateLimitSettings> fold, ImmutableArray<Layer<RateLimitSettings>> layers, PrincipalMatch? caller, List<AppliedSetting> applied)
    {
        var where = fold.Where;
        if (fold.Take("http.disabled", s => s.HttpDisabled, false))
        {
            return caller is null ? [] : [Anything(caller, fold.Origin)];
        }

        var hasRate = fold.TryTake("http.requestRate", s => s.Requests, out var rate);
        var origin = fold.Origin;
        var routes = layers.LastOrDefault(l => l.Content.Routes is not null);
        if (!hasRate && routes?.Content.Routes is not { IsEmpty: false })
        {
            return caller is null ? [] : [Anything(caller, origin)];
        }

        var template = Anything(caller, origin) with
        {
            Status = fold.Take("http.onRateLimit.status", s => s.Status, RequestLimit.TooManyRequests),
            Announce = fold.Take("http.announce", s => s.Announce, false),
            Headers = Headers(layers),
        };
        var limits = new List<RequestLimit>();
        foreach (var (route, i) in (routes?.Content.Routes ?? []).Select((route, i) => (route, i)))
        {
            var name = route.Name ?? string.Create(CultureInfo.InvariantCulture, $"routes[{i}]");
            var of = routes!.Origin;
            applied.Add(new AppliedSetting(where, $"{Prefix}.http.routes.{name}", route.Requests?.ToString() ?? "any number", of));
            limits.AddRange(route.Matches.Select(match => template with { Name = name, Match = Canonical(match), Rate = route.Requests, Origin = of }));
        }

        // Who is named somewhere is not held to what others are.
        return hasRate || caller is not null ? limits.Append(template with { Rate = hasRate ? rate : null }) : limits;
    }

    private static ConnectionLimit? Connections(Fold<RateLimitSettings> fold, PrincipalMatch? caller)
    {
        var isOff = fold.Take("tcp.disabled", s => s.TcpDisabled, false);
        Rate? rate = !isOff && fold.TryTake("tcp.connectionRate", s => s.Connections, out var found) ? found : null;
        return rate is null && caller is null ? null : new ConnectionLimit { Caller = caller, Rate = rate, Origin = fold.Origin };
    }

    private static HeaderModification Headers(ImmutableArray<Layer<RateLimitSettings>> layers)
    {
        var set = layers.LastOrDefault(l => l.Content.SetHeaders is not null)?.Content.SetHeaders ?? [];
        var add = layers.LastOrDefault(l => l.Content.AddHeaders is not null)?.Content.AddHeaders ?? [];
        return set.IsEmpty && add.IsEmpty ? HeaderModification.None : new() { Set = set, Add = add };
    }

    private static RequestLimit Anything(PrincipalMatch? caller, Origin origin) => new() { Name = RateLimitRoute.Rest, Caller = caller, Origin = origin };

    // The prefix / is every path, which the wire does not tell from no path at all.
    private static RouteMatch Canonical(RouteMatch match) => match with
    {
        Path = CanonicalPath.Of(match.Path) is { } path && path != new PathMatch(PathMatchKind.PathPrefix, "/") ? path : null,
    };
}
