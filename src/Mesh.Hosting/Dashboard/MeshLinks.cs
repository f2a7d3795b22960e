using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Running;

namespace Mesh.Hosting.Dashboard;

/// <summary>The mesh's links in the dashboard.</summary>
internal static class MeshLinks
{
    /// <summary>Adds the mesh's page, signed in to look at it, and the API.</summary>
    public static void Add(MeshResource mesh, RunningMesh running)
    {
        var api = $"http://{running.ApiAddress}";
        mesh.Annotations.Add(new ResourceUrlAnnotation { Url = $"{api}/login?t={running.BrowserToken}", DisplayText = "Mesh" });
        mesh.Annotations.Add(new ResourceUrlAnnotation { Url = $"{api}/api/v1/services", DisplayText = "API", DisplayLocation = UrlDisplayLocation.DetailsOnly });
    }
}
