using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Hosting.Exports;

/// <summary>
/// A duration that AppHosts in other languages write as a number of milliseconds. Aspire 13.5 types it so for them, but reads objects with the serializer's own rule,
/// which wants <c>00:00:02</c>; where Aspire reads numbers itself this may go.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MillisecondsAttribute : JsonConverterAttribute
{
    /// <inheritdoc />
    public override JsonConverter CreateConverter(Type typeToConvert) => new Milliseconds();

    private sealed class Milliseconds : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType == JsonTokenType.Number
            ? TimeSpan.FromMilliseconds(reader.GetDouble())
            : TimeSpan.Parse(reader.GetString() ?? "", System.Globalization.CultureInfo.InvariantCulture);

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteNumberValue(value.TotalMilliseconds);
    }
}
