using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Discovery;

namespace Mesh.ControlPlane.Api;

/// <summary>Every replica of every port, and which callers leave it out.</summary>
internal static class EndpointsApi
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/endpoints", ListAsync).WithMetadata(new Access(ApiScopes.Read, BrowserSession: true));

    private static async Task<IResult> ListAsync(HttpContext context, MeshCompiler compiler, ProxyDirectory directory, IPeerStreams peers)
    {
        await peers.RefreshAsync(context.RequestAborted);
        return Results.Ok(new { endpoints = compiler.Current is { } state ? EndpointView.All(state.Configuration.Topology, directory.Proxies) : [] });
    }
}
