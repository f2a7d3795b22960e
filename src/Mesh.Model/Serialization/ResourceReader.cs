using System.Globalization;
using Mesh.Model.Resources;
using Mesh.Model.Serialization.Schemas;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Serialization;

/// <summary>Reads resources from documents, with everything that is wrong with them.</summary>
public static class ResourceReader
{
    private static readonly ObjectSchema<ResourceMetadata> Metadata = new ObjectSchema<ResourceMetadata>(() => new ResourceMetadata { Name = "" })
        .Field("name", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v }, required: true)
        .Field("namespace", TextSchema.Any, x => x.Namespace == ServiceId.DefaultNamespace ? null : x.Namespace, (x, v) => x with { Namespace = v })
        .Field("labels", LabelsSchema.Any, x => x.Labels.IsEmpty ? null : x.Labels, (x, v) => x with { Labels = v })
        .Field("declaredAt", LabelsSchema.Any, x => x.DeclaredAt.IsEmpty ? null : x.DeclaredAt, (x, v) => x with { DeclaredAt = v });

    private static readonly string[] Members = ["apiVersion", "kind", "metadata", "spec"];

    /// <summary>The kinds there are, in the order in which error texts list them.</summary>
    public static IReadOnlyList<string> KindNames { get; } = [.. Kinds.All.Select(k => k.Kind)];

    /// <summary>Reads one document.</summary>
    public static ResourceReadResult Read(MeshDocument document)
    {
        var violations = new List<Violation>();
        var kind = ReadFrame(document.Root, violations);
        var metadata = new ResourceMetadata { Name = "" };
        if (document.Root["metadata"] is { } written)
        {
            metadata = Metadata.ReadOnto(written, FieldPath.Root / "metadata", violations, metadata);
        }

        DeclaredResource? resource = null;
        if (kind is not null)
        {
            var location = metadata.DeclaredAt.GetValueOrDefault(ResourceMetadata.Document) ?? string.Create(CultureInfo.InvariantCulture, $"{document.SourceName}:{document.Line}");
            var origin = new Origin(kind.Kind, $"{metadata.Namespace}/{metadata.Name}", location);
            resource = kind.Read(document.Root["spec"], metadata, origin, document, violations);

            var known = violations.Select(v => v.Path.Text).ToList();
            violations.AddRange(resource.Validate().Where(v => !known.Exists(path => Follows(v.Path.Text, path))));
        }

        return new ResourceReadResult
        {
            Resource = violations.Count == 0 ? resource : null,
            Partial = violations.Count == 0 ? null : resource,
            Key = kind is not null && DnsLabel.IsValid(metadata.Name) && DnsLabel.IsValid(metadata.Namespace) ? new ResourceKey(kind.Kind, metadata.Namespace, metadata.Name) : null,
            Violations = [.. violations.Select(v => v with { Line = document.LineOf(v.Path) }).OrderBy(v => v.Line)],
        };
    }

    /// <summary>Whether a path is another one, or lies inside it.</summary>
    internal static bool IsAtOrBelow(string path, string outer) =>
        path.StartsWith(outer, StringComparison.Ordinal) && (path.Length == outer.Length || outer.Length == 0 || path[outer.Length] is '.' or '[');

    // What cannot be read holds a default by now: what is said of that, or of the object around it for lack of it, would lead astray.
    private static bool Follows(string path, string unreadable)
    {
        var discriminates = unreadable.EndsWith(".kind", StringComparison.Ordinal) || unreadable.EndsWith(".type", StringComparison.Ordinal);
        return IsAtOrBelow(path, discriminates ? unreadable[..unreadable.LastIndexOf('.')] : unreadable) || IsAtOrBelow(unreadable, path);
    }

    internal static ObjectNode WriteMetadata(ResourceMetadata metadata) => Metadata.Write(metadata);

    private static KindSchema? ReadFrame(ObjectNode root, List<Violation> violations)
    {
        foreach (var member in root.Members.Where(m => !Members.Contains(m.Name)))
        {
            var cure = Wording.TryGuess(member.Name, Members, out var guess) ? $"did you mean {guess}?" : $"use {Wording.OneOf(Members)}";
            violations.Add(new(FieldPath.Root / member.Name, $"is not a field here; {cure}"));
        }

        foreach (var name in Members.Where(name => root[name] is null && name != "spec"))
        {
            violations.Add(new(FieldPath.Root / name, name == "apiVersion" ? $"is missing; add {DeclaredResource.ApiVersion}" : "is missing; add it"));
        }

        if (root["apiVersion"] is { } version && version is not ScalarNode { Text: DeclaredResource.ApiVersion })
        {
            violations.Add(new(FieldPath.Root / "apiVersion", $"must be {DeclaredResource.ApiVersion} but is {version.Describe()}"));
        }

        if (root["kind"] is not { } written)
        {
            return null;
        }

        var kind = Kinds.All.FirstOrDefault(k => written is ScalarNode { Kind: ScalarKind.Text } scalar && scalar.Text == k.Kind);
        if (kind is null)
        {
            var cure = written is ScalarNode { Kind: ScalarKind.Text } scalar && Wording.TryGuess(scalar.Text, KindNames, out var guess) ? $"; did you mean {guess}?" : "";
            violations.Add(new(FieldPath.Root / "kind", $"must be {Wording.OneOf(KindNames)} but is {written.Describe()}{cure}"));
        }

        return kind;
    }
}
