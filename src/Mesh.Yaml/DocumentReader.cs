using Mesh.Model.Serialization;

namespace Mesh.Yaml;

/// <summary>Reads documents from text, whichever way they are written.</summary>
public static class DocumentReader
{
    /// <summary>Reads JSON where the name ends in <c>.json</c>, else YAML (of which JSON is nearly a part).</summary>
    /// <param name="text">The text, at most <see cref="MeshDocument.MaxBytes"/>.</param>
    /// <param name="sourceName">How people call it; origins and errors show it.</param>
    public static DocumentReadResult Read(string text, string sourceName) =>
        sourceName.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? ReadJson(text, sourceName) : ReadYaml(text, sourceName);

    /// <summary>Reads JSON: one document, or a list of documents.</summary>
    public static DocumentReadResult ReadJson(string text, string sourceName) => JsonDocumentReader.Read(text, sourceName);

    /// <summary>Reads YAML 1.2: any number of documents, divided by <c>---</c>.</summary>
    public static DocumentReadResult ReadYaml(string text, string sourceName) => new YamlDocumentReader(sourceName).Read(text);
}
