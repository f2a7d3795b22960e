using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Envoy.Config.Cluster.V3;
using Envoy.Config.Endpoint.V3;
using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Http.JwtAuthn.V3;
using Envoy.Extensions.Filters.Http.Rbac.V3;
using Envoy.Extensions.Filters.Http.Router.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Google.Protobuf;
using Mesh.Recording.V1;
using Mesh.Snapshot.V1;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Validation;

/// <summary>Holds resources against the rules of the protocol before they are published: what a client would refuse never leaves.</summary>
public static class XdsValidator
{
    /// <summary>How many contents are remembered as valid before all are forgotten: some ten megabytes.</summary>
    private const int MaxKnown = 100_000;

    /// <summary>Valid contents by type, name and hash, with the route tables they name: most of a snapshot is what it was, and much of it is in other snapshots too.</summary>
    private static readonly ConcurrentDictionary<(string TypeUrl, string Name, string Version), ImmutableArray<string>> Known = new();

    /// <summary>Every violation in a set of resources; references to route tables have to resolve within it.</summary>
    public static ImmutableArray<XdsViolation> Validate(IReadOnlyCollection<XdsResource> resources)
    {
        var violations = ImmutableArray.CreateBuilder<XdsViolation>();
        var tables = resources.Where(resource => resource.TypeUrl == TypeUrls.RouteTable).Select(resource => resource.Name).ToHashSet(StringComparer.Ordinal);
        var names = new HashSet<(string, string)>(resources.Count);
        foreach (var twice in resources.Where(resource => !names.Add((resource.TypeUrl, resource.Name))).DistinctBy(resource => (resource.TypeUrl, resource.Name)))
        {
            violations.Add(new(Title(twice), "name", "has to be unique in its type", $"'{twice.Name}'"));
        }

        foreach (var resource in resources)
        {
            var references = resource.References;
            if (references.IsDefault)
            {
                var before = violations.Count;
                references = Look(resource, violations);
                if (violations.Count == before)
                {
                    resource.References = references;
                }
            }

            foreach (var missing in references.Where(table => !tables.Contains(table)))
            {
                violations.Add(new(Title(resource), "rds.route_config_name", "the route table has to be there", $"'{missing}'"));
            }
        }

        return violations.ToImmutable();
    }

    private static ImmutableArray<string> Look(XdsResource resource, ImmutableArray<XdsViolation>.Builder violations)
    {
        var key = (resource.TypeUrl, resource.Name, resource.Version);
        if (Known.TryGetValue(key, out var references))
        {
            return references;
        }

        var before = violations.Count;
        references = Validate(resource, violations);
        if (violations.Count == before)
        {
            Remember(key, references);
        }

        return references;
    }

    /// <returns>The route tables that the resource names.</returns>
    private static ImmutableArray<string> Validate(XdsResource resource, ImmutableArray<XdsViolation>.Builder violations)
    {
        var title = Title(resource);
        var references = ImmutableArray.CreateBuilder<string>();
        void Report(string at, string rule, string value) => violations.Add(new(title, at, rule, value));
        var walker = new MessageWalker(title, violations.Add);
        walker.Visited += (message, at) => Check(message, at, references, Report);
        walker.Walk(Parse(resource), "");
        return references.ToImmutable();
    }

    private static void Remember((string TypeUrl, string Name, string Version) key, ImmutableArray<string> references)
    {
        if (Known.Count >= MaxKnown)
        {
            Known.Clear();
        }

        Known[key] = references;
    }

    private static string Title(XdsResource resource) => $"{TypeUrls.ShortName(resource.TypeUrl)} {resource.Name}";

    private static IMessage Parse(XdsResource resource) => resource.TypeUrl switch
    {
        TypeUrls.Cluster => Cluster.Parser.ParseFrom(resource.Body),
        TypeUrls.Endpoints => ClusterLoadAssignment.Parser.ParseFrom(resource.Body),
        TypeUrls.Listener => Listener.Parser.ParseFrom(resource.Body),
        TypeUrls.RouteTable => RouteConfiguration.Parser.ParseFrom(resource.Body),
        TypeUrls.Fault => FaultLease.Parser.ParseFrom(resource.Body),
        TypeUrls.Recording => RecordingLease.Parser.ParseFrom(resource.Body),
        _ => throw new ArgumentException($"no such type is served: {resource.TypeUrl}", nameof(resource)),
    };

    /// <summary>What clients insist on and no annotation says.</summary>
    private static void Check(IMessage message, string at, ImmutableArray<string>.Builder references, Action<string, string, string> report)
    {
        switch (message)
        {
            case ClusterLoadAssignment assignment:
                CheckEndpoints(assignment, at, report);
                break;
            case RouteConfiguration table:
                var domains = table.VirtualHosts.SelectMany(host => host.Domains).ToArray();
                if (domains.Distinct(StringComparer.OrdinalIgnoreCase).Count() != domains.Length)
                {
                    report($"{at}virtual_hosts", "each domain has to be in one of them only", string.Join(", ", domains));
                }

                break;
            case WeightedCluster split when split.Clusters.Sum(cluster => (long)(cluster.Weight ?? 0)) is 0 or > uint.MaxValue:
                report($"{at}.clusters", "the weights have to add up to 1 … 4294967295", $"{split.Clusters.Sum(cluster => (long)(cluster.Weight ?? 0))}");
                break;
            case HttpConnectionManager manager:
                CheckManager(manager, at, report);
                if (manager.Rds is { } rds)
                {
                    references.Add(rds.RouteConfigName);
                }

                break;
        }
    }

    private static void CheckManager(HttpConnectionManager manager, string at, Action<string, string, string> report)
    {
        if (manager.HttpFilters.LastOrDefault()?.TypedConfig?.Holds<Router>() != true)
        {
            report($"{at}.http_filters", "the last one has to be the router", manager.HttpFilters.LastOrDefault()?.Name ?? "none");
        }

        foreach (var filter in manager.HttpFilters.Where(filter => filter.IsOptional && (filter.TypedConfig?.Holds<RBAC>() == true || filter.TypedConfig?.Holds<JwtAuthentication>() == true)))
        {
            report($"{at}.http_filters", "permissions must not be optional: they would fail open", filter.Name);
        }
    }

    private static void CheckEndpoints(ClusterLoadAssignment assignment, string at, Action<string, string, string> report)
    {
        // Only EDS: a cluster's own assignment may hold a host name that is resolved.
        if (at.Length > 0)
        {
            return;
        }

        foreach (var locality in assignment.Endpoints.Where(locality => locality.Locality is null))
        {
            report("endpoints.locality", "has to be there", $"priority {locality.Priority}");
        }

        var priorities = assignment.Endpoints.Select(locality => locality.Priority).Distinct().Order().ToArray();
        if (priorities.Where((priority, index) => priority != index).Any())
        {
            report("endpoints.priority", "must not have gaps", string.Join(", ", priorities));
        }

        foreach (var address in assignment.Endpoints.SelectMany(locality => locality.LbEndpoints).Select(endpoint => endpoint.Endpoint?.Address?.SocketAddress))
        {
            if (!IPAddress.TryParse(address?.Address, out _))
            {
                report("endpoints.lb_endpoints.endpoint.address", "has to be an IP literal", $"'{address?.Address}'");
            }
            else if (address.PortValue == 0)
            {
                report("endpoints.lb_endpoints.endpoint.address.port_value", "has to be a TCP port", "0");
            }
        }
    }
}
