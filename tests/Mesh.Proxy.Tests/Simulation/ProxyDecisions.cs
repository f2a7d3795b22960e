using Mesh.Model.Compilation;
using Mesh.Model.Identity;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Policies.Routing;
using Mesh.Testing;
using Mesh.Xds.Codecs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using CompiledPermissions = Mesh.Proxy.Policies.TrafficPermission.CompiledPermissions;

namespace Mesh.Proxy.Tests.Simulation;

/// <summary>What sidecars decide: the tables that they run, made of snapshots that went over the wire.</summary>
internal sealed class ProxyDecisions(CompiledMesh mesh)
{
    private readonly Dictionary<ServiceId, ProxySnapshot> _decoded = mesh.Snapshots.ToDictionary(
        s => s.Key, s => SnapshotCodec.Decode(SpiffeId.ForService(TestMesh.TrustDomain, s.Key), SnapshotCodec.Encode(s.Value)));

    private readonly Dictionary<(ServiceId, PortRef), CompiledRoutes?> _routes = [];
    private readonly Dictionary<PortRef, CompiledPermissions> _permissions = [];

    /// <summary>The decision in one line: the rule, its bounds, and each backend with what its sidecar decides; or the error.</summary>
    public string Decide(ServiceId caller, PortRef callee, string method, string target, (string Name, string Value)[] headers)
    {
        var snapshot = _decoded[caller];
        if (!_routes.TryGetValue((caller, callee), out var routes))
        {
            _routes[(caller, callee)] = routes = snapshot.RouteTables.FirstOrDefault(t => t.Name == ResourceNames.Outbound(callee)) is { } table ? new CompiledRoutes(table) : null;
        }

        if (routes is null)
        {
            return "no_edge";
        }

        var context = Context(method, target, headers);
        if (Head(context, target, out var parsed) is { } bad)
        {
            return bad;
        }

        if (!AppPath.TryRead(parsed.Path, routes.HasPaths, out var path))
        {
            return Code(ProxyError.AmbiguousPath);
        }

        if (routes.Find(context.Request, path) is not { } rule)
        {
            return Code(ProxyError.NoRoute);
        }

        return rule.Rule.Action switch
        {
            RedirectAction redirect => $"{rule.Rule.Name} {redirect.Status}",
            DirectResponseAction direct => $"{rule.Rule.Name} {direct.Status}",
            ForwardAction forward => $"{rule.Rule.Name} request={rule.Rule.Timeouts.Request} retries={rule.Rule.Retry.Attempts}: {string.Join("; ", Taken(rule).Select(b => Backend(snapshot, rule, forward, b, parsed, method, headers)))}",
            _ => "unknown",
        };
    }

    // Each backend comes in any row of requests as long as the sum of the weights.
    private static IEnumerable<WeightedCluster> Taken(CompiledRule rule) => Enumerable.Range(0, 32).Select(_ => rule.Split!.Next()).OfType<WeightedCluster>().DistinctBy(b => b.Cluster).OrderBy(b => b.Cluster, StringComparer.Ordinal);

    private string Backend(ProxySnapshot snapshot, CompiledRule rule, ForwardAction forward, WeightedCluster backend, RequestTarget target, string method, (string Name, string Value)[] headers)
    {
        if (snapshot.Clusters.FirstOrDefault(c => c.Name == backend.Cluster) is not { } cluster)
        {
            return $"{backend.Cluster} {Code(ProxyError.BackendMissing)}";
        }

        var sent = target.With(forward.RewritePath, rule.MatchedPrefix).ToString();
        return $"{backend.Cluster} {sent} {Inbound(cluster.Upstream, snapshot.Identity.Text, method, sent, headers)}";
    }

    private string Inbound(PortRef port, string caller, string method, string target, (string Name, string Value)[] headers)
    {
        var inbound = _decoded[port.Service].Inbound.Single(p => p.Port == port);
        if (!_permissions.TryGetValue(port, out var permissions))
        {
            _permissions[port] = permissions = new CompiledPermissions(inbound.Permissions);
        }

        if (Head(Context(method, target, headers), target, out var parsed) is { } bad)
        {
            return bad;
        }

        if (!AppPath.TryRead(parsed.Path, permissions.HasPaths, out var path))
        {
            return Code(ProxyError.AmbiguousPath);
        }

        var decision = permissions.Decide(caller, method, path);
        return decision.IsAllowed ? $"{(decision.IsShadowDenied ? "shadow" : "allowed")} request={inbound.Timeouts.For(caller).Request}" : Code(ProxyError.PermissionDenied);
    }

    private static string? Head(HttpContext context, string target, out RequestTarget parsed)
    {
        parsed = default;
        return RequestRules.Check(context, target, DownstreamLimits.Default) is { } bad ? bad.Entry.Code : RequestTarget.TryParse(target, out parsed) ? null : Code(ProxyError.BadRequest);
    }

    private static DefaultHttpContext Context(string method, string target, (string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext();
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = target;
        context.Request.Protocol = "HTTP/1.1";
        context.Request.Method = method;
        context.Request.Headers.Host = "callee";
        var question = target.IndexOf('?', StringComparison.Ordinal);
        context.Request.QueryString = new QueryString(question < 0 ? "" : target[question..]);
        foreach (var (name, value) in headers)
        {
            context.Request.Headers[name] = value;
        }

        return context;
    }

    private static string Code(ProxyError error) => ErrorCatalog.Of(error).Code;
}
