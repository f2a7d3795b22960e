using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Reading;

/// <summary>What an app model holds beside the app: the mesh itself and Aspire's own dashboard, whose telemetry endpoint everybody is given.</summary>
internal static class MeshParts
{
    private const string Dashboard = "aspire-dashboard";

    /// <summary>Whether it is none of the app's services.</summary>
    public static bool Contains(IResource resource) => resource is MeshResource or MeshSidecarResource || resource.Name == Dashboard;
}
