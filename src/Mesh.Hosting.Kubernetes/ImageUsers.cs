using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Kubernetes;

/// <summary>
/// Users of images that begin as root or name their user by a word, so that the kubelet could not see that it is not root. The numbers are those of the images that Aspire's
/// integrations use.
/// </summary>
internal static class ImageUsers
{
    /// <summary>The number; <see langword="null"/>: the image's own user.</summary>
    public static long? Of(IResource resource) => resource.GetType().Name switch
    {
        "PostgresServerResource" or "RedisResource" or "ValkeyResource" => 999,
        // The resource of a Node.js app is published as another, which holds its annotations.
        _ when resource.Annotations.Any(a => a.GetType().Name is "JavaScriptPackageManagerAnnotation" or "JavaScriptRunScriptAnnotation") => 1000,
        _ => null,
    };
}
