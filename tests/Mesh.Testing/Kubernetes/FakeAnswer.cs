using System.Net;
using System.Text.Json.Nodes;

namespace Mesh.Testing.Kubernetes;

/// <summary>What the fake API server answers.</summary>
internal sealed record FakeAnswer(HttpStatusCode Status, JsonObject Body)
{
    public static FakeAnswer Ok(JsonObject body) => new(HttpStatusCode.OK, body);

    /// <summary>A Status object, as every refusal is.</summary>
    public static FakeAnswer Refusal(HttpStatusCode status, string message, string? reason = null) => new(status, Failure(status, message, reason));

    public static JsonObject Failure(HttpStatusCode status, string message, string? reason = null) => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = message,
        ["reason"] = reason ?? (status == HttpStatusCode.Gone ? "Expired" : status.ToString()),
        ["code"] = (int)status,
    };
}
