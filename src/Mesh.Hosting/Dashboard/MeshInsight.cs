using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Running;

namespace Mesh.Hosting.Dashboard;

/// <summary>Shows in the dashboard what the mesh does.</summary>
internal sealed class MeshInsight(ResourceNotificationService notifications)
{
    /// <summary>Begins to.</summary>
    public void Start(MeshResource mesh, RunningMesh running) => _ = notifications.PublishUpdateAsync(mesh, s => s with
    {
        Properties = [.. s.Properties, .. Edges(running)],
    });

    private static ImmutableArray<ResourcePropertySnapshot> Edges(RunningMesh running) =>
    [
        .. running.Plan.Edges.Select(e => new ResourcePropertySnapshot($"mesh.edge.{e.Caller.Name}.{e.Callee.Name}{(e.Port is null ? "" : $".{e.Port}")}", e.ToString())),
    ];
}
