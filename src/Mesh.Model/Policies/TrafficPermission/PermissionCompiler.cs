using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Identity;
using Mesh.Model.Resources;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Policies.TrafficPermission;

/// <summary>
/// Who may call whom, from declared edges and TrafficPermission policies; nothing else is read, so that no other policy's mistake can keep a revoked permission alive.
/// </summary>
public static class PermissionCompiler
{
    /// <summary>Compiles the permissions of every port.</summary>
    public static CompiledPermissions Compile(MeshTopology topology, PolicySet policies)
    {
        var entries = new InboundEntries<(TrafficPermissionPolicy Policy, PermissionSettings Settings)>();
        foreach (var policy in policies.All.OfType<TrafficPermissionPolicy>())
        {
            entries.Add(policy, policy.Rules.Select(rule => (policy, rule.Default)));
        }

        var edges = topology.Services.Values.SelectMany(s => s.Uses).ToLookup(e => e.Callee);
        var byPort = ImmutableDictionary.CreateBuilder<PortRef, PermissionSet>();
        var replaced = ImmutableDictionary.CreateBuilder<PortRef, ImmutableArray<(PermissionRule Edge, Origin By)>>();
        foreach (var service in topology.Services.Values)
        {
            foreach (var port in service.Ports)
            {
                var id = new PortRef(service.Id, port.Name);
                byPort[id] = Port(service, port, edges[service.Id], entries, topology.TrustDomain, out var without);
                if (without.Length > 0)
                {
                    replaced[id] = without;
                }
            }
        }

        return new CompiledPermissions(topology.TrustDomain, byPort.ToImmutable()) { ReplacedEdges = replaced.ToImmutable() };
    }

    private static PermissionSet Port(
        Service service, ServicePort port, IEnumerable<DeclaredEdge> edges, InboundEntries<(TrafficPermissionPolicy Policy, PermissionSettings Settings)> entries, TrustDomain trustDomain,
        out ImmutableArray<(PermissionRule Edge, Origin By)> replaced)
    {
        var deny = ImmutableArray.CreateBuilder<PermissionRule>();
        var allow = ImmutableArray.CreateBuilder<PermissionRule>();
        var shadow = ImmutableArray.CreateBuilder<PermissionRule>();
        var layers = entries.For(service, port.Name);
        var narrowed = layers.SelectMany(layer => Narrowed(layer, trustDomain)).ToList();
        var without = ImmutableArray.CreateBuilder<(PermissionRule Edge, Origin By)>();
        foreach (var edge in edges.Where(e => e.Port is null || e.Port == port.Name).OrderBy(e => e.Caller).DistinctBy(e => e.Caller))
        {
            var caller = SpiffeId.ForService(trustDomain, edge.Caller).Text;
            var rule = new PermissionRule { Principals = [new PrincipalMatch(caller)], Origin = edge.Origin };
            if (narrowed.Find(n => n.Anyone || n.Principal?.Matches(caller) == true) is { By: { } by })
            {
                without.Add((rule, by));
            }
            else
            {
                allow.Add(rule);
            }
        }

        replaced = without.DrainToImmutable();

        var providers = ImmutableArray.CreateBuilder<TokenProvider>();
        foreach (var layer in layers.Reverse())
        {
            var (policy, settings) = layer.Content;
            Add(deny, settings.Deny, "deny");
            Add(allow, settings.AllowOnly, "allowOnly");
            Add(allow, settings.Allow, "allow");
            Add(shadow, settings.AllowWithShadowDeny, "allowWithShadowDeny");
            if (port.Protocol.IsHttp())
            {
                providers.AddRange(policy.JwtProviders.Select(provider => provider.Compile(policy.Metadata)).Where(provider => providers.All(known => known.Name != provider.Name)));
            }

            void Add(ImmutableArray<PermissionRule>.Builder rules, ImmutableArray<CallerMatch> callers, string list)
            {
                for (var i = 0; i < callers.Length; i++)
                {
                    var origin = policy.OriginAt((DeclaredResource.SpecPath / layer.Origin.Rule! / "default" / list)[i]);
                    if (Rule(callers[i], policy, port.Protocol, trustDomain, origin, isDenial: list == "deny") is { } rule)
                    {
                        rules.Add(rule);
                    }
                }
            }
        }

        return new PermissionSet
        {
            Deny = deny.DrainToImmutable(),
            Allow = allow.DrainToImmutable(),
            AllowWithShadowDeny = shadow.DrainToImmutable(),
            TokenProviders = [.. providers.OrderBy(provider => provider.Name, StringComparer.Ordinal)],
        };
    }

    private static IEnumerable<(bool Anyone, PrincipalMatch? Principal, Origin By)> Narrowed(Layer<(TrafficPermissionPolicy Policy, PermissionSettings Settings)> layer, TrustDomain trustDomain)
    {
        var (policy, settings) = layer.Content;
        var at = DeclaredResource.SpecPath / layer.Origin.Rule! / "default" / "allowOnly";
        return settings.AllowOnly.Select((entry, i) => (entry.Anyone, entry.Caller.Principal(policy.Metadata.Namespace, trustDomain), policy.OriginAt(at[i])));
    }

    private static PermissionRule? Rule(CallerMatch caller, TrafficPermissionPolicy policy, AppProtocol protocol, TrustDomain trustDomain, Origin origin, bool isDenial)
    {
        // A connection shows nothing of requests: who is denied some of them is denied all, and who is allowed some of them none.
        if (!protocol.IsHttp() && caller.NeedsHttp)
        {
            if (!isDenial)
            {
                return null;
            }

            caller = new CallerMatch { Service = caller.Service, SpiffeId = caller.SpiffeId, Anyone = caller.Anyone };
        }

        // A token of nobody known cannot be asked for. It comes of documents that could not be read whole (PermissionNarrowing).
        var token = Token(caller.Jwt, policy);
        if (caller.Jwt is not null && token is null && !isDenial)
        {
            return null;
        }

        // None of the three: everyone. Users cannot write it; a denial that could not be read becomes it.
        var principal = caller.Caller.Principal(policy.Metadata.Namespace, trustDomain);
        return new PermissionRule
        {
            Principals = principal is null ? [] : [principal],
            Anyone = principal is null,
            Requests = Requests(caller),
            Token = token,
            Origin = origin,
        };
    }

    private static ImmutableArray<RequestMatch> Requests(CallerMatch caller)
    {
        if (!caller.Grpc.IsEmpty)
        {
            return [.. caller.Grpc.Select(method => new RequestMatch("POST", method.Path) { Headers = caller.Headers })];
        }

        if (caller.Methods.IsEmpty && caller.Paths.IsEmpty && caller.Headers.IsEmpty)
        {
            return [];
        }

        var methods = caller.Methods.Select(m => (string?)m).DefaultIfEmpty();
        var paths = caller.Paths.Select(CanonicalPath.Of).DefaultIfEmpty();
        return [.. methods.SelectMany(m => paths.Select(p => new RequestMatch(m, p) { Headers = caller.Headers }))];
    }

    private static TokenMatch? Token(JwtMatch? jwt, TrafficPermissionPolicy policy)
    {
        var providers = jwt is null ? [] : policy.JwtProviders.Where(provider => jwt.Provider is null || provider.Name == jwt.Provider).Select(provider => JwtProvider.WireName(policy.Metadata, provider.Name)).ToImmutableArray();
        return jwt is null || providers.IsEmpty ? null : new TokenMatch
        {
            Providers = providers,
            Missing = jwt.Missing,
            Claims = [.. jwt.Claims.Select(claim => new ClaimMatch { Path = claim.Path, Values = claim.Values, Contains = claim.Contains })],
        };
    }
}
