using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Hosting.Docker.Tests.Compose;

/// <summary>A service's networks are a list of names, or an object that says more of each.</summary>
internal sealed class ServiceNetworksConverter : JsonConverter<Dictionary<string, ComposeSpec.ServiceNetwork>>
{
    public override Dictionary<string, ComposeSpec.ServiceNetwork> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType == JsonTokenType.StartArray
        ? JsonSerializer.Deserialize<string[]>(ref reader, options)!.ToDictionary(n => n, _ => new ComposeSpec.ServiceNetwork(null))
        : new Dictionary<string, ComposeSpec.ServiceNetwork>(JsonSerializer.Deserialize<Dictionary<string, ComposeSpec.ServiceNetwork>>(ref reader, options)!);

    public override void Write(Utf8JsonWriter writer, Dictionary<string, ComposeSpec.ServiceNetwork> value, JsonSerializerOptions options) => throw new NotSupportedException();
}
