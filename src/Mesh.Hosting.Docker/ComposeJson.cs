using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh.Hosting.Docker;

/// <summary>Start-up files as people read them, beside the Compose file.</summary>
internal static class ComposeJson
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    public static string Text<T>(T settings, JsonTypeInfo<T> type) => $"{JsonSerializer.SerializeToNode(settings, type)!.ToJsonString(Indented)}\n";
}
