using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Reading;

/// <summary>
/// What dev tunnels forward from the internet. A tunnel asks for the port that a process listens on, which behind a sidecar is the app's own, and takes the public one where there is
/// no single such port. By name: a reference to the tunnels' package would bring it into every AppHost.
/// </summary>
internal static class DevTunnels
{
    private const string PortType = "DevTunnelPortResource";

    /// <summary>The forwarded ports of the app, with the endpoint that each leads to and what that means to the mesh.</summary>
    public static IEnumerable<(IResource Tunnel, Use Target, string Meaning)> In(DistributedApplicationModel model)
    {
        foreach (var tunnel in model.Resources.Where(r => r.GetType().Name == PortType))
        {
            var target = tunnel.Annotations.OfType<ResourceRelationshipAnnotation>().FirstOrDefault(r => r.Type == "Reference")?.Resource;
            var endpoint = tunnel.Annotations.OfType<ResourceSnapshotAnnotation>().LastOrDefault()?.InitialSnapshot.Properties.FirstOrDefault(p => p.Name == "TargetEndpoint")?.Value;
            if (target is not null)
            {
                yield return (tunnel, new Use(target, endpoint as string), Meaning(target));
            }
        }
    }

    private static string Meaning(IResource target) => target.IsContainer() || target.GetReplicaCount() > 1
        ? "a dev tunnel leads to its front door, where whoever comes in passes for the developer"
        : "a dev tunnel leads to the app's own port, past its sidecar, so no permission, limit or log of the mesh holds there";
}
