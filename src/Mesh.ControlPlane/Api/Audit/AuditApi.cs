namespace Mesh.ControlPlane.Api;

/// <summary>Who wrote what.</summary>
internal static class AuditApi
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/audit", (AuditTrail trail) => Results.Ok(new { events = trail.Latest })).WithMetadata(new Access(ApiScopes.Read));
}
