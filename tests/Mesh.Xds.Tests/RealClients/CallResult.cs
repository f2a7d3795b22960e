using System.Text.Json.Serialization;

namespace Mesh.Xds.Tests.RealClients;

/// <summary>What calls came to: answers by server, errors by gRPC status, what the last error said, and the server of each call.</summary>
internal sealed record CallResult([property: JsonPropertyName("answers")] Dictionary<string, int> Answers, [property: JsonPropertyName("errors")] Dictionary<string, int> Errors, [property: JsonPropertyName("detail")] string Detail, [property: JsonPropertyName("owners")] string?[] Owners)
{
    public override string ToString() => string.Join(' ', Answers.Concat(Errors).OrderBy(x => x.Key, StringComparer.Ordinal).Select(x => $"{x.Key}:{x.Value}"));
}
