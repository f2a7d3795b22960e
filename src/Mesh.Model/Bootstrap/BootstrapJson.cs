using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Model.Bootstrap;

/// <summary>Reads and writes start-up files; unknown members are errors, so that a misspelt one does not silently do nothing.</summary>
/// <remarks>
/// Members with a default have setters and not <c>init</c>: generated code assigns every <c>init</c> member, with the type's default where the file says nothing, and
/// so would lose the member's own.
/// </remarks>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(SidecarBootstrap))]
[JsonSerializable(typeof(ControlPlaneSettings))]
public sealed partial class BootstrapJson : JsonSerializerContext;
