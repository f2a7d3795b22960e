using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.ControlPlane.Authority;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(AuthorityRecord))]
[JsonSerializable(typeof(IdentityTokenClaims))]
internal sealed partial class AuthorityJson : JsonSerializerContext;
