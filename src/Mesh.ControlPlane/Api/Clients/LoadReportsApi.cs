using Mesh.ControlPlane.Insight;

namespace Mesh.ControlPlane.Api;

/// <summary>What gRPC clients and Envoy report of their load, since the control plane runs.</summary>
internal static class LoadReportsApi
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/load-reports", List).WithMetadata(new Access(ApiScopes.Read, BrowserSession: true));

    private static IResult List(LoadReports reports) => Results.Ok(new
    {
        loads = reports.All.Select(entry => new
        {
            caller = entry.Caller.ToString(),
            cluster = entry.Cluster,
            issued = entry.Load.Issued,
            succeeded = entry.Load.Succeeded,
            failed = entry.Load.Failed,
            dropped = entry.Load.Dropped,
            inProgress = entry.Load.InProgress,
            reportedAt = entry.Load.ReportedAt,
        }),
    });
}
