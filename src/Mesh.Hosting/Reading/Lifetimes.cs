using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Reading;

/// <summary>What outlives the AppHost. Sidecars never do.</summary>
internal static class Lifetimes
{
    /// <summary>Whether the resource goes on when the AppHost ends, and is found again by the next one.</summary>
    public static bool IsPersistent(IResource resource) => IsPersistent(resource, []);

    // Aspire has this too, for itself only.
    private static bool IsPersistent(IResource resource, HashSet<IResource> seen) => seen.Add(resource) && (resource.Annotations.OfType<PersistenceAnnotation>().LastOrDefault() is { } persistence
        ? persistence.Mode switch
        {
            PersistenceMode.Persistent or PersistenceMode.ParentProcess => true,
            PersistenceMode.Resource => persistence.SourceResource is { } source && IsPersistent(source, seen),
            _ => false,
        }
        : resource.Annotations.OfType<ContainerLifetimeAnnotation>().LastOrDefault()?.Lifetime == ContainerLifetime.Persistent);
}
