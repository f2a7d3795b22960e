using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Model.Bootstrap;

/// <summary>Reads and writes start-up files; unknown members are errors, so that a misspelt one does not silently do nothing.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    WriteIndented = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(SidecarBootstrap))]
[JsonSerializable(typeof(ControlPlaneSettings))]
public sealed partial class BootstrapJson : JsonSerializerContext;
