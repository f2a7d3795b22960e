using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Cli.Api;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(ServerFile))]
internal sealed partial class ServerFileJson : JsonSerializerContext;
