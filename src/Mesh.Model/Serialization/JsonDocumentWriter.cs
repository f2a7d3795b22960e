using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mesh.Model.Serialization;

/// <summary>Writes a document as JSON, members in the order of the tree.</summary>
public static class JsonDocumentWriter
{
    /// <summary>The text, indented by two.</summary>
    public static string Write(DocumentNode node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(node, writer);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>Writes the node as the next value.</summary>
    public static void Write(DocumentNode node, Utf8JsonWriter writer)
    {
        switch (node)
        {
            case ObjectNode o:
                writer.WriteStartObject();
                foreach (var member in o.Members)
                {
                    writer.WritePropertyName(member.Name);
                    Write(member.Value, writer);
                }

                writer.WriteEndObject();
                break;
            case ListNode l:
                writer.WriteStartArray();
                foreach (var item in l.Items)
                {
                    Write(item, writer);
                }

                writer.WriteEndArray();
                break;
            case ScalarNode { Kind: ScalarKind.Null }:
                writer.WriteNullValue();
                break;
            case ScalarNode { Kind: ScalarKind.Text } text:
                writer.WriteStringValue(text.Text);
                break;
            case ScalarNode raw:
                writer.WriteRawValue(raw.Text);
                break;
        }
    }
}
