using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Store;

namespace Mesh.ControlPlane.Api;

/// <summary>Whether the process lives, and whether it can serve sidecars.</summary>
internal static class HealthApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz/live", () => Results.Text("live")).WithMetadata(Access.Anyone);
        routes.MapGet("/healthz/ready", Ready).WithMetadata(Access.Anyone);
    }

    private static IResult Ready(MeshCompiler compiler, IReplicaSource replicas, UnreadSources unread) => (compiler.Current, replicas.IsComplete) switch
    {
        (null, _) => NotReady("no snapshot yet", unread),
        (_, false) => NotReady("no pods read yet", unread),
        _ => Results.Text("ready"),
    };

    private static IResult NotReady(string reason, UnreadSources unread) => Results.Text(string.Join('\n', [reason, .. unread.Lines]), statusCode: StatusCodes.Status503ServiceUnavailable);
}
