using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.ControlPlane.Store;
using Mesh.Model.Resources;

namespace Mesh.ControlPlane.Kubernetes.Documents;

/// <summary>Turns an object of the Kubernetes API into a document as a file would hold it. Pure, the clock apart.</summary>
internal static class CustomResourceReader
{
    /// <summary>The source's name; origins begin with it.</summary>
    public const string Source = "kubernetes";

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads an object.</summary>
    /// <param name="kind">The kind that was asked for.</param>
    /// <param name="path">Where it was asked for.</param>
    /// <param name="found">The object.</param>
    /// <param name="before">What was known of it; <see langword="null"/>: nothing.</param>
    /// <param name="now">The time.</param>
    public static CustomResource Read(string kind, ObjectPath path, JsonObject found, CustomResource? before, DateTimeOffset now)
    {
        var key = new ResourceKey(kind, path.Namespace!, found.Name());
        var text = new SourceText(Source, $"{key.Namespace}/{path.Plural}/{key.Name}", Text(key, found)) { IsJson = true };
        var status = found["status"] as JsonObject;

        // A change of the status alone, or of what others keep in the metadata, is no change of the document.
        var entry = before?.Entry.Text == text ? before.Entry : SourceReader.Read(text, before?.Entry.LastGood ?? LastGood(text, status, now), now);
        return new CustomResource(path, key, found.Generation(), entry, status);
    }

    // Another replica, or the process before this one, knew it when it was good.
    private static ImmutableArray<DeclaredResource> LastGood(SourceText text, JsonObject? status, DateTimeOffset now) =>
        status?["lastGood"] is JsonValue value && value.TryGetValue(out string? good) && SourceReader.Read(text with { Text = good }, [], now) is { IsGood: true } read
            ? read.Resources
            : [];

    private static string Text(ResourceKey key, JsonObject found)
    {
        var metadata = new JsonObject { ["name"] = key.Name, ["namespace"] = key.Namespace };
        if (found["metadata"]?["labels"] is JsonObject { Count: > 0 } labels)
        {
            metadata["labels"] = labels.DeepClone();
        }

        if (found.Annotation(CustomResourceNames.DeclaredAtAnnotation) is { } declared && Places(declared) is { } places)
        {
            metadata["declaredAt"] = places;
        }

        var document = new JsonObject { ["apiVersion"] = DeclaredResource.ApiVersion, ["kind"] = key.Kind, ["metadata"] = metadata };
        if (found["spec"] is { } spec)
        {
            document["spec"] = spec.DeepClone();
        }

        return document.ToJsonString(Relaxed);
    }

    // An annotation is anyone's text; one that cannot be read only costs the place.
    private static JsonObject? Places(string annotation)
    {
        try
        {
            return JsonNode.Parse(annotation) is JsonObject places && places.All(p => p.Value is JsonValue v && v.GetValueKind() == JsonValueKind.String) ? places : null;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return null;
        }
    }
}
