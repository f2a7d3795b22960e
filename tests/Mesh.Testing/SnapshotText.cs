using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mesh.Model;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Testing;

/// <summary>Compiled things as text for golden files: every value, names and origins in one line, nothing that is empty.</summary>
public static class SnapshotText
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { SkipEmpty } },
        Converters =
        {
            new JsonStringEnumConverter(),
            new Text<SpiffeId>(),
            new Text<PortRef>(),
            new Text<ServiceId>(),
            new Text<Origin>(),
            new Text<PathMatch>(),
            new ActionConverter(),
        },
    };

    /// <summary>The text.</summary>
    public static string Of(object value) => JsonSerializer.Serialize(value, Options);

    private static void SkipEmpty(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            // What follows from the rest only repeats it.
            if (property.Name is nameof(HeaderModification.IsEmpty) or nameof(Cluster.ServerName))
            {
                property.ShouldSerialize = (_, _) => false;
                continue;
            }

            property.ShouldSerialize = (_, value) => value switch
            {
                null => false,
                string => true,
                IEnumerable list => list.Cast<object>().Any(),
                HeaderModification headers => !headers.IsEmpty,
                _ => true,
            };
        }
    }

    private sealed class Text<T> : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("golden files are only written");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value is PathMatch path ? $"{path.Kind} {path.Value}" : value!.ToString());

        public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WritePropertyName(value!.ToString()!);
    }

    private sealed class ActionConverter : JsonConverter<RouteAction>
    {
        public override RouteAction Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("golden files are only written");

        public override void Write(Utf8JsonWriter writer, RouteAction value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WritePropertyName(value.GetType().Name);
            JsonSerializer.Serialize(writer, value, value.GetType(), options);
            writer.WriteEndObject();
        }
    }
}
