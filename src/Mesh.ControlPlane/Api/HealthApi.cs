using Mesh.ControlPlane.Compilation;

namespace Mesh.ControlPlane.Api;

/// <summary>Whether the process lives, and whether it can serve sidecars.</summary>
internal static class HealthApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz/live", () => Results.Text("live")).WithMetadata(Access.Anyone);
        routes.MapGet("/healthz/ready", Ready).WithMetadata(Access.Anyone);
    }

    private static IResult Ready(MeshCompiler compiler) => compiler.Current is null
        ? Results.Text("no snapshot yet", statusCode: StatusCodes.Status503ServiceUnavailable)
        : Results.Text("ready");
}
