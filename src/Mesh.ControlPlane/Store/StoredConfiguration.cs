using System.Collections.Immutable;
using Mesh.Model.Resources;

namespace Mesh.ControlPlane.Store;

/// <summary>Everything that was declared, from every source. Immutable.</summary>
/// <param name="Resources">All resources, those in force first, each by key.</param>
/// <param name="Entries">The texts of every source.</param>
internal sealed record StoredConfiguration(ImmutableArray<StoredResource> Resources, ImmutableArray<SourceEntry> Entries)
{
    /// <summary>Nothing yet.</summary>
    public static StoredConfiguration Empty { get; } = new([], []);

    /// <summary>What counts, by key.</summary>
    public IEnumerable<DeclaredResource> InForce => Resources.Where(r => r.InForce).Select(r => r.Resource);

    /// <summary>
    /// Puts sources together. For one name the API beats every other source, and a source beats those named before it. In one source a name may be there once: the first text has it,
    /// and the other is told so.
    /// </summary>
    /// <param name="entries">The texts in the order of their sources, then of their paths.</param>
    /// <param name="applied">What the API applied.</param>
    public static StoredConfiguration Merge(ImmutableArray<SourceEntry> entries, ImmutableArray<DeclaredResource> applied)
    {
        var winners = new Dictionary<ResourceKey, StoredResource>();
        var shadowed = new List<StoredResource>();
        var marked = ImmutableArray.CreateBuilder<SourceEntry>(entries.Length);
        foreach (var entry in entries)
        {
            var doubles = ImmutableArray.CreateBuilder<DocumentViolation>();
            foreach (var resource in entry.Resources)
            {
                var next = new StoredResource(resource, entry.Text.Source, entry.Text.Path, null);
                if (winners.TryGetValue(resource.Key, out var before) && before.Source == entry.Text.Source)
                {
                    doubles.Add(new(resource.Key.ToString(), "metadata.name", $"is declared in {before.Source}/{before.File} already; that one counts, remove or rename this one", resource.Source?.LineOf(new("metadata.name"))));
                    shadowed.Add(next with { ShadowedBy = before.Source });
                    continue;
                }

                Take(next);
            }

            marked.Add(doubles.Count == 0 ? entry : entry with { Violations = [.. entry.Violations, .. doubles] });
        }

        foreach (var resource in applied)
        {
            Take(new StoredResource(resource, StoredResource.Api, null, null));
        }

        return new StoredConfiguration([.. winners.Values.OrderBy(w => w.Resource.Key), .. shadowed.OrderBy(s => s.Resource.Key)], marked.ToImmutable());

        void Take(StoredResource next)
        {
            if (winners.TryGetValue(next.Resource.Key, out var weaker))
            {
                shadowed.Add(weaker with { ShadowedBy = next.Source });
            }

            winners[next.Resource.Key] = next;
        }
    }
}
