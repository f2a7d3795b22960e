namespace Mesh.ControlPlane.Api;

/// <summary>Whether the process lives, and whether it can serve sidecars.</summary>
internal static class HealthApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz/live", () => Results.Text("live")).WithMetadata(Access.Anyone);
    }
}
