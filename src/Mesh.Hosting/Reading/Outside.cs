using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Annotations;

namespace Mesh.Hosting.Reading;

/// <summary>Which processes of an app are kept out of the mesh, and why.</summary>
internal static class Outside
{
    /// <summary>Why; <see langword="null"/>: nothing keeps it out.</summary>
    /// <param name="resource">The process.</param>
    /// <param name="isPublished">Whether the app is published; else it runs.</param>
    public static string? Reason(IResource resource, bool isPublished) =>
        resource.Annotations.OfType<OutsideMeshAnnotation>().Any() ? "WithoutMesh() keeps it out"
        // A container finds its ports again; a process would have lost every address that it was given.
        : !isPublished && !resource.IsContainer() && Lifetimes.IsPersistent(resource) ? "it is persistent, and a sidecar ends with the AppHost"
        : null;

    /// <summary>Whether it may call into the mesh without an identity.</summary>
    public static bool MayCall(IResource resource) => resource.Annotations.OfType<OutsideMeshAnnotation>().LastOrDefault()?.MayCall ?? false;
}
