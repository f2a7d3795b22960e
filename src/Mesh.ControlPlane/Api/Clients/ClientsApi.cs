using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Discovery;

namespace Mesh.ControlPlane.Api;

/// <summary>Discovery clients that are no sidecars of Mesh: what they accepted and what they refused.</summary>
internal static class ClientsApi
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/clients", List).WithMetadata(new Access(ApiScopes.Read, BrowserSession: true));

    private static IResult List(ProxyDirectory directory, ForeignProfiles profiles) => Results.Ok(new
    {
        clients = directory.Clients.Select(ClientJson.Of),

        // What they would be sent if it could be said in their form.
        refused = profiles.Refused,
    });
}
