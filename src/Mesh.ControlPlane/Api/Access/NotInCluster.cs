using Mesh.Model.Bootstrap;

namespace Mesh.ControlPlane.Api;

/// <summary>Refuses what the Kubernetes API is there for, where the control plane serves a cluster: what one of its replicas kept for itself would be lost.</summary>
internal static class NotInCluster
{
    /// <summary>Answers with these words in a cluster.</summary>
    public static TBuilder RefuseInCluster<TBuilder>(this TBuilder endpoint, string instead)
        where TBuilder : IEndpointConventionBuilder => endpoint.AddEndpointFilter(async (context, next) =>
            context.HttpContext.RequestServices.GetRequiredService<ControlPlaneSettings>().Kubernetes is null
                ? await next(context)
                : Problems.Of(StatusCodes.Status409Conflict, "Not in a cluster", instead));
}
