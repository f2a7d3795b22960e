using System.Collections.Immutable;
using System.Globalization;
using Mesh.Model.Identity;
using Mesh.Model.Policies;
using Mesh.Model.Policies.Targeting;
using Mesh.Model.Policies.Timeout;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Resources;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Recording;

/// <summary>The least that lets pass what a recording has seen: a TrafficPermission for each port that was called, a Timeout for each caller. Equal recordings give equal policies.</summary>
public static class RecordedPolicies
{
    private const string Prefix = "recorded-";

    /// <summary>Permissions first, then timeouts.</summary>
    /// <param name="recording">What was seen.</param>
    /// <param name="topology">What there is.</param>
    public static ImmutableArray<RecordedDocument> Of(MeshRecording recording, MeshTopology topology)
    {
        var edges = Passed(recording).Where(e => topology.Services.ContainsKey(e.Callee.Service)).ToList();
        return
        [
            .. edges.GroupBy(e => e.Callee).Select(port => Permission(port.Key, [.. port], topology)),
            .. edges.Where(e => e.CallerIn(topology.TrustDomain) is not null).GroupBy(e => e.CallerIn(topology.TrustDomain)!.Value).Select(caller => Timeout(caller.Key, [.. caller], topology)).OfType<RecordedDocument>(),
        ];
    }

    /// <summary>Declared edges of which nothing was seen, with who declared them.</summary>
    public static ImmutableArray<DeclaredEdge> Unused(MeshRecording recording, MeshTopology topology)
    {
        var seen = Passed(recording).Select(e => (e.CallerIn(topology.TrustDomain), e.Callee)).ToHashSet();
        return
        [
            .. topology.Services.Values.SelectMany(s => s.Uses)
                .Where(edge => topology.Services.TryGetValue(edge.Callee, out var callee)
                    && !callee.Ports.Any(port => (edge.Port is null || edge.Port == port.Name) && seen.Contains((edge.Caller, new PortRef(edge.Callee, port.Name))))),
        ];
    }

    // Whoever was only refused has no edge to speak of.
    internal static IEnumerable<RecordedEdge> Passed(MeshRecording recording) => recording.Edges.Where(e => e.Total > 0);

    /// <summary>What a caller may ask of a port, entry by entry: paths that were asked for with the same methods stand together.</summary>
    internal static ImmutableArray<CallerMatch> Entries(RecordedEdge edge, CallerMatch caller)
    {
        if (!edge.Protocol.IsHttp() || edge.Seen.Unlisted > 0)
        {
            // Of some of the requests nobody knows what they were: to leave them out would refuse them.
            return [caller];
        }

        var entries = ImmutableArray.CreateBuilder<CallerMatch>();
        var grpc = edge.Seen.Operations.Keys.Where(key => key.IsGrpc).Select(key => key.Template.Split('/')).OrderBy(p => p[1], StringComparer.Ordinal).ThenBy(p => p[2], StringComparer.Ordinal).ToList();
        if (grpc.Count > 0)
        {
            entries.Add(caller with { Grpc = [.. grpc.Select(path => new GrpcMethod(path[1], path[2]))] });
        }

        var byMethods = edge.Seen.Operations.Keys
            .Where(key => !key.IsGrpc)
            .GroupBy(key => key.Template, StringComparer.Ordinal)
            .Select(path => (Path: path.Key, Methods: Methods(path.Select(key => key.Method))))
            .GroupBy(path => string.Join(' ', path.Methods), StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal);
        foreach (var group in byMethods)
        {
            entries.Add(caller with
            {
                Methods = group.First().Methods,
                Paths = [.. group.Select(path => path.Path).Order(StringComparer.Ordinal).Select(PathTemplate.ToMatch)],
            });
        }

        // What was asked for in no readable way is all that there was: the caller may call, and say nothing that a permission could name.
        return entries.Count == 0 ? [caller] : entries.DrainToImmutable();
    }

    /// <summary>What was seen of an edge, a line each.</summary>
    internal static IEnumerable<string> Lines(RecordedEdge edge, TrustDomain trustDomain)
    {
        var who = edge.CallerIn(trustDomain)?.ToString() ?? edge.Seen.Caller;
        if (!edge.Protocol.IsHttp())
        {
            yield return $"{who}: {Count(edge.Seen.Connections, "connection")}";
            yield break;
        }

        yield return $"{who}: {Count(edge.Total, "request")}";
        foreach (var (key, count) in edge.Seen.Operations.OrderBy(o => o.Key.Template, StringComparer.Ordinal).ThenBy(o => o.Key.Method, StringComparer.Ordinal))
        {
            var p99 = LatencyBuckets.Quantile(count.Durations, 0.99) is { } slow ? $", p99 {TimeoutSuggestion.Text(slow)}" : "";
            var errors = count.ClientErrors == count.Total ? ", all 4xx" : count.ServerErrors == count.Total ? ", all 5xx" : "";
            yield return string.Create(CultureInfo.InvariantCulture, $"  {key}  {count.Total}{p99}{errors}");
        }

        if (edge.Seen.Unlisted > 0)
        {
            yield return $"  {Count(edge.Seen.Unlisted, "request")} found no room among {EdgeRecording.MostOperations} operations: every request is allowed";
        }

        if (edge.Seen.Ambiguous > 0)
        {
            yield return $"  {Count(edge.Seen.Ambiguous, "request")} with a path that can be read in two ways (//, %2F) will be refused, as permissions name paths";
        }

        if (edge.Seen.Refused > 0)
        {
            yield return $"  {Count(edge.Seen.Refused, "request")} refused already, not in this";
        }
    }

    private static RecordedDocument Permission(PortRef port, ImmutableArray<RecordedEdge> edges, MeshTopology topology)
    {
        var service = topology.Services[port.Service];
        var name = service.Ports.Length > 1 ? $"{port.Service.Name}-{port.Port}" : port.Service.Name;
        return new(
            new TrafficPermissionPolicy
            {
                Metadata = new ResourceMetadata { Name = Named(name), Namespace = port.Service.Namespace },
                Origin = Origin.Default,
                TargetRef = TargetRef.Service(port.Service.Name, port: service.Ports.Length > 1 ? port.Port : null),
                Rules = [.. edges.Select(e => new InboundItem<PermissionSettings> { Default = new() { AllowOnly = Entries(e, Caller(e, port.Service.Namespace, topology.TrustDomain)) } })],
            },
            [$"{port}", .. edges.SelectMany(e => Lines(e, topology.TrustDomain))]);
    }

    private static RecordedDocument? Timeout(ServiceId caller, ImmutableArray<RecordedEdge> edges, MeshTopology topology)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        var items = ImmutableArray.CreateBuilder<OutboundItem<OutboundTimeoutSettings>>();
        foreach (var edge in edges)
        {
            var (plain, grpc) = (TimeoutSuggestion.Of(edge.Seen, isGrpc: false), TimeoutSuggestion.Of(edge.Seen, isGrpc: true));
            foreach (var suggestion in new[] { plain, grpc }.OfType<TimeoutSuggestion>())
            {
                notes.Add($"{edge.Callee}{(suggestion == grpc ? ", gRPC" : "")}: {(suggestion.Limit is { } limit ? $"{TimeoutSuggestion.Text(limit)} = " : "none, for ")}{suggestion.Why}");
            }

            if (Settings(plain?.Limit, grpc?.Limit) is { } settings)
            {
                var several = topology.Services[edge.Callee.Service].Ports.Length > 1;
                items.Add(new()
                {
                    TargetRef = TargetRef.Service(edge.Callee.Service.Name, edge.Callee.Service.Namespace == caller.Namespace ? null : edge.Callee.Service.Namespace, several ? edge.Callee.Port : null),
                    Default = settings,
                });
            }
        }

        return items.Count == 0 ? null : new(
            new TimeoutPolicy
            {
                Metadata = new ResourceMetadata { Name = Named(caller.Name), Namespace = caller.Namespace },
                Origin = Origin.Default,
                TargetRef = TargetRef.Service(caller.Name),
                To = items.DrainToImmutable(),
            },
            [$"{caller}, measured at those it calls", .. notes]);
    }

    /// <summary>Limits as settings: connecting takes at most half of a short one, or a dead replica would use up all of it.</summary>
    internal static OutboundTimeoutSettings? Settings(TimeSpan? request, TimeSpan? grpc)
    {
        var shortest = request is null || grpc < request ? grpc : request;
        return shortest is null ? null : new()
        {
            Request = request,
            GrpcRequest = grpc,
            Connect = shortest <= TimeSpan.FromSeconds(5) ? shortest / 2 : null,
        };
    }

    private static CallerMatch Caller(RecordedEdge edge, string space, TrustDomain trustDomain) => edge.CallerIn(trustDomain) is { } service
        ? new() { Service = service.Namespace == space ? service.Name : service.ToString() }
        : new() { SpiffeId = new PrincipalMatch(edge.Seen.Caller) };

    // No method at all where one of them is unknown: permissions name only those that are standard.
    private static ImmutableArray<string> Methods(IEnumerable<string> methods)
    {
        string[] all = [.. methods.Order(StringComparer.Ordinal)];
        return all.Contains(OperationKey.OtherMethod) ? [] : [.. all];
    }

    // Names of services are labels too, and may be as long as labels are.
    private static string Named(string service)
    {
        var name = Prefix + service;
        return name.Length <= DnsLabel.MaxLength ? name : $"{name[..(DnsLabel.MaxLength - 9)].TrimEnd('-')}-{(uint)Stable(service):x8}";
    }

    private static int Stable(string text)
    {
        // FNV-1a, 32 bits: the same in every process.
        var hash = unchecked((int)2166136261);
        foreach (var c in text)
        {
            hash = unchecked((hash ^ c) * 16777619);
        }

        return hash;
    }

    private static string Count(long count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
}
