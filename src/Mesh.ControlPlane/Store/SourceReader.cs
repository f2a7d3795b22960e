using System.Collections.Immutable;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;

namespace Mesh.ControlPlane.Store;

/// <summary>Turns a text of a source into what counts of it. Pure, the clock apart.</summary>
internal static class SourceReader
{
    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="lastGood">Its last good version.</param>
    /// <param name="now">The time.</param>
    /// <param name="reader">Reads one document of it; <see langword="null"/>: <see cref="ResourceReader"/>.</param>
    public static SourceEntry Read(SourceText text, ImmutableArray<DeclaredResource> lastGood, DateTimeOffset now, Func<MeshDocument, ResourceReadResult>? reader = null)
    {
        if (text.Text is null)
        {
            // Unreadable is not empty: nothing is known of it, so nothing changes.
            return new SourceEntry(text, lastGood, lastGood, [new DocumentViolation(null, "(file)", text.Error ?? "cannot be read", null)], now);
        }

        var documents = GuardedReader.Divide(text, out var unreadable);
        var violations = ImmutableArray.CreateBuilder<DocumentViolation>();
        violations.AddRange(documents.Violations.Select(v => DocumentViolation.Of(v)));
        var read = new List<ResourceReadResult>();
        foreach (var document in documents.Documents)
        {
            if (GuardedReader.TryRead(document, out var result, out var defect, reader))
            {
                read.Add(result);
                violations.AddRange(result.Violations.Select(v => DocumentViolation.Of(v, result.Key?.ToString())));
            }
            else
            {
                unreadable = unreadable.Add(JsonDocumentWriter.Write(document.Root));
                violations.Add(DocumentViolation.Of(defect));
            }
        }

        var keys = new HashSet<ResourceKey>();
        foreach (var result in read.Where(r => r.Resource is not null && !keys.Add(r.Resource.Key)))
        {
            violations.Add(new DocumentViolation(result.Key?.ToString(), "metadata.name", "is in this file a second time; keep one of them", result.Resource!.Source?.LineOf(new("metadata.name"))));
        }

        if (violations.Count == 0)
        {
            ImmutableArray<DeclaredResource> good = [.. read.Select(r => r.Resource!)];
            return new SourceEntry(text, good, good, [], now);
        }

        return new SourceEntry(text, PermissionKeeping.Apply(lastGood, [.. read], unreadable), lastGood, [.. violations.OrderBy(v => v.Line)], now);
    }
}
