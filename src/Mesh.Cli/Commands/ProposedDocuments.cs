using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.Cli.Terminal;
using Mesh.Model.Serialization;
using Mesh.Model.Validation;
using Mesh.Yaml;

namespace Mesh.Cli.Commands;

/// <summary>Documents of files as the API takes them, with the places in these files, so that its answer can name them.</summary>
internal static class ProposedDocuments
{
    /// <summary>Reads them.</summary>
    /// <exception cref="CliException">One cannot be read; each mistake was said.</exception>
    public static JsonArray Read(IEnumerable<string> paths, CommandContext context)
    {
        var documents = new JsonArray();
        var isGood = true;
        foreach (var file in DocumentFiles.Find(paths, context.Directory))
        {
            var shown = ShownPath.From(context.Directory, file);
            var read = DocumentReader.Read(File.ReadAllText(file), shown);
            foreach (var violation in read.Violations)
            {
                isGood = false;
                context.Screen.Say(string.Create(CultureInfo.InvariantCulture, $"{shown}:{violation.Line ?? 1}: {violation}"));
            }

            foreach (var document in read.Documents)
            {
                documents.Add(WithPlaces(document, shown));
            }
        }

        return isGood && documents.Count > 0 ? documents : throw new CliException(ExitCode.Invalid, "there is nothing that could be proposed.");
    }

    private static JsonNode WithPlaces(MeshDocument document, string shown)
    {
        var node = JsonNode.Parse(JsonDocumentWriter.Write(document.Root))!;
        if (node["metadata"] is not JsonObject metadata || metadata.ContainsKey("declaredAt"))
        {
            return node;
        }

        var places = new JsonObject { ["."] = Place(document.Line) };
        foreach (var list in new[] { "to", "rules" })
        {
            for (var i = 0; i < ((node["spec"] as JsonObject)?[list] as JsonArray)?.Count; i++)
            {
                var path = $"spec.{list}[{i.ToString(CultureInfo.InvariantCulture)}]";
                places[path] = Place(document.LineOf(new FieldPath(path)));
            }
        }

        metadata["declaredAt"] = places;
        return node;

        string Place(int line) => string.Create(CultureInfo.InvariantCulture, $"{shown}:{line}");
    }
}
