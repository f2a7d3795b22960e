using Mesh.Model.Compilation;
using Mesh.Model.Linting;
using Mesh.Model.Policies.GrpcRoute;
using Mesh.Model.Resources;
using Mesh.Model.Topology;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>HttpRoutes that are not heard because a GrpcRoute stands for the same calls: of several kinds of routes for one port only the most specific counts (GEP-1426).</summary>
internal static class RouteConflicts
{
    public static IEnumerable<CompileWarning> Find(MeshTopology topology, UpstreamIndex upstreams, PolicySet policies)
    {
        if (!policies.All.OfType<GrpcRoutePolicy>().Any())
        {
            return [];
        }

        var http = new OutboundEntries<(HttpRoutePolicy Policy, int Index)>();
        foreach (var policy in policies.All.OfType<HttpRoutePolicy>())
        {
            http.Add(policy, policy.To.Select((item, i) => (item.TargetRef, (policy, i))));
        }

        var grpc = new OutboundEntries<GrpcRoutePolicy>();
        foreach (var policy in policies.All.OfType<GrpcRoutePolicy>())
        {
            grpc.Add(policy, policy.To.Select(item => (item.TargetRef, policy)));
        }

        return
        [
            .. from caller in topology.Services.Values
               from upstream in caller.Uses.SelectMany(e => upstreams.Of(e.Callee).Where(u => e.Port is null || e.Port == u.Port.Port))
               where upstream.Protocol.IsHttp2()
               let winner = grpc.For(caller, upstream).LastOrDefault()
               where winner is not null
               from loser in http.For(caller, upstream)
               select (loser.Content, upstream.Port, Winner: winner.Content) into conflict
               group conflict by (conflict.Content, conflict.Port) into same
               select Warning(same.Key.Content.Policy, same.Key.Content.Index, same.Key.Port, same.First().Winner),
        ];
    }

    private static CompileWarning Warning(HttpRoutePolicy policy, int index, PortRef port, GrpcRoutePolicy winner)
    {
        var at = (DeclaredResource.SpecPath / "to")[index] / "targetRef";
        return new CompileWarning(policy.Key, at, $"is not heard for {port}: {winner.Key} stands for the same calls, and of several kinds of routes for a port only the most specific counts; put its rules there", policy.OriginAt(at)) { Rule = LintRules.OtherKindStands, Reason = WarningReason.Conflicted };
    }
}
