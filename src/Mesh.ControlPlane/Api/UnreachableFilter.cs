using Mesh.ControlPlane.Compilation;

namespace Mesh.ControlPlane.Api;

/// <summary>Answers with 503 where what the replicas of the control plane share can be neither read nor written.</summary>
internal static class UnreachableFilter
{
    /// <summary>Has every route of the group answer so.</summary>
    /// <param name="group">The routes.</param>
    /// <param name="meanwhile">What becomes of that which is under way, as a sentence for the caller.</param>
    public static RouteGroupBuilder SayUnreachable(this RouteGroupBuilder group, string meanwhile) => group.AddEndpointFilter(async (context, next) =>
    {
        try
        {
            return await next(context);
        }
        catch (ReplicasUnreachableException e)
        {
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, "Nobody can be told", $"{e.Message} {meanwhile}");
        }
    });
}
