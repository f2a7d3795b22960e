using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.ControlPlane.Kubernetes.Wire;

/// <summary>The API server refused a request, or could not be asked.</summary>
internal sealed class KubernetesException(HttpStatusCode? status, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What the API server answered; <see langword="null"/>: nothing.</summary>
    public HttpStatusCode? Status { get; } = status;

    /// <summary>There is no such object, or no such kind yet.</summary>
    public bool IsNotFound => Status == HttpStatusCode.NotFound;

    /// <summary>Someone else was faster: the object is there already, or has changed since it was read.</summary>
    public bool IsConflict => Status == HttpStatusCode.Conflict;

    /// <summary>The right is missing.</summary>
    public bool IsForbidden => Status == HttpStatusCode.Forbidden;

    /// <summary>The version that a watch should go on from is forgotten: everything has to be listed again.</summary>
    public bool IsGone => Status == HttpStatusCode.Gone;

    /// <summary>The same request may be answered a moment later: no answer, an error of the server's own, too many requests.</summary>
    public bool IsPassing => Status is null or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    /// <summary>Reads a Status object, as answers and watch events bring it.</summary>
    public static KubernetesException Of(JsonNode? status, HttpStatusCode? answered, string request)
    {
        var code = answered ?? (HttpStatusCode)((int?)status?["code"] ?? 0);
        return new KubernetesException(code, $"{request}: {(int)code} {Text(status) ?? code.ToString()}");
    }

    /// <summary>The same of an answer's body.</summary>
    public static KubernetesException Of(string body, HttpStatusCode answered, string request)
    {
        try
        {
            return Of(JsonNode.Parse(body) as JsonObject, answered, request);
        }
        catch (JsonException)
        {
            return new KubernetesException(answered, $"{request}: {(int)answered} {(body.Length > 200 ? body[..200] : body)}");
        }
    }

    private static string? Text(JsonNode? status) => (string?)status?["message"];
}
