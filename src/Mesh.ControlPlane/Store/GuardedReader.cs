using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Model.Validation;

namespace Mesh.ControlPlane.Store;

/// <summary>
/// Reads documents of whoever wrote them. What makes the reader throw is a mistake of Mesh's, not of theirs, and costs that document alone: neither the text around it, nor what anyone else declared.
/// </summary>
internal static class GuardedReader
{
    /// <summary>Reads a document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="result">What it declares, and what is wrong with it.</param>
    /// <param name="defect">What made the reader throw.</param>
    /// <param name="reader">Reads it; <see langword="null"/>: <see cref="ResourceReader"/>.</param>
    /// <returns>Whether the reader came to an end.</returns>
    public static bool TryRead(
        MeshDocument document, [NotNullWhen(true)] out ResourceReadResult? result, [NotNullWhen(false)] out Violation? defect, Func<MeshDocument, ResourceReadResult>? reader = null)
    {
        try
        {
            result = (reader ?? ResourceReader.Read)(document);
            defect = null;
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            result = null;
            defect = Defect(e, document.Line);
            return false;
        }
    }

    /// <summary>The resource of a document; <see langword="null"/>: anything is wrong with it.</summary>
    public static DeclaredResource? Resource(MeshDocument document) => TryRead(document, out var result, out _) ? result.Resource : null;

    /// <summary>Divides a text into documents.</summary>
    /// <param name="source">The text, which is there.</param>
    /// <param name="unreadable">The documents, as text, that could not be read at all.</param>
    public static DocumentReadResult Divide(SourceText source, out ImmutableArray<string> unreadable)
    {
        try
        {
            return TextChunks.Read(source, out unreadable);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            unreadable = [source.Text!];
            return new([], [Defect(e, 1)]);
        }
    }

    private static Violation Defect(Exception e, int line) =>
        new(FieldPath.Root, $"cannot be read by this version of Mesh ({e.GetType().Name}: {e.Message}); that is a mistake of Mesh's: report it with the document, and leave out for now what is unusual in it", line);
}
