using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Mesh.Model.Serialization;
using Mesh.Model.Validation;
using Mesh.Yaml;

namespace Mesh.ControlPlane.Store;

/// <summary>
/// Reads a text document by document, so that a document with a syntax error hides none of its siblings: which permissions a broken file still grants must not depend on where the mistake is.
/// </summary>
internal static partial class TextChunks
{
    /// <summary>Reads a text.</summary>
    /// <param name="source">The text, which can be read.</param>
    /// <param name="unreadable">The documents, as text, that could not be read at all.</param>
    public static DocumentReadResult Read(SourceText source, out ImmutableArray<string> unreadable)
    {
        var (text, name) = (source.Text!, source.Name);
        var whole = source.IsJson ? DocumentReader.ReadJson(text, name) : DocumentReader.ReadYaml(text, name);
        if (whole.Violations.IsEmpty)
        {
            unreadable = [];
            return whole;
        }

        if (source.IsJson)
        {
            unreadable = [text];
            return whole;
        }

        var documents = ImmutableArray.CreateBuilder<MeshDocument>();
        var violations = ImmutableArray.CreateBuilder<Violation>();
        var broken = ImmutableArray.CreateBuilder<string>();
        foreach (var (chunk, line) in Split(text))
        {
            // Lines in front keep the numbers right.
            var read = DocumentReader.ReadYaml(new string('\n', line) + chunk, name);
            documents.AddRange(read.Documents);
            violations.AddRange(read.Violations);
            if (!read.Violations.IsEmpty)
            {
                broken.Add(chunk);
            }
        }

        unreadable = broken.ToImmutable();
        return violations.Count == 0 ? whole with { Documents = documents.ToImmutable() } : new(documents.ToImmutable(), violations.ToImmutable());
    }

    private static IEnumerable<(string Chunk, int Line)> Split(string text)
    {
        var start = 0;
        var line = 0;
        foreach (Match divider in Divider().Matches(text))
        {
            yield return (text[start..divider.Index], line);
            line += text.AsSpan(start, divider.Index - start).Count('\n');
            start = divider.Index;
        }

        yield return (text[start..], line);
    }

    [GeneratedRegex(@"^---(?=\s|$)", RegexOptions.Multiline)]
    private static partial Regex Divider();
}
