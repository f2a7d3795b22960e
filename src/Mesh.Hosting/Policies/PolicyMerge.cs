using System.Globalization;
using Mesh.Model.Policies;
using Mesh.Model.Resources;

namespace Mesh.Hosting.Policies;

/// <summary>Puts the entries of several calls into one policy. Every entry keeps the place of its call.</summary>
internal static class PolicyMerge
{
    /// <summary>The first policy with the entries of the second behind its own.</summary>
    /// <param name="first">What earlier calls said; <see langword="null"/>: nothing.</param>
    /// <param name="second">What one call says.</param>
    /// <param name="location">Where it was said.</param>
    public static Policy Add(Policy? first, Policy second, string location)
    {
        var places = (first ?? second).Metadata.DeclaredAt.ToBuilder();
        places.TryAdd(ResourceMetadata.Document, location);
        foreach (var (list, from, count) in new[] { ("to", first?.ToCount ?? 0, second.ToCount), ("rules", first?.RulesCount ?? 0, second.RulesCount) })
        {
            for (var i = from; i < from + count; i++)
            {
                places[string.Create(CultureInfo.InvariantCulture, $"spec.{list}[{i}]")] = location;
            }
        }

        var both = first is null ? second : first.With(second);
        return both with { Metadata = both.Metadata with { DeclaredAt = places.ToImmutable() } };
    }
}
