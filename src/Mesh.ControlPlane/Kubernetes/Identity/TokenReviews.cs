using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.Model.Bootstrap;

namespace Mesh.ControlPlane.Kubernetes.Identity;

/// <summary>
/// Asks the API server whose a token is. Unlike a look at the token's signature, that notices when its pod was deleted. It needs the role <c>system:auth-delegator</c>.
/// </summary>
internal sealed class TokenReviews(KubernetesApi api, KubernetesSettings cluster, TimeProvider time) : IDisposable
{
    // Projected tokens have some 1,200 characters.
    private const int MaxLength = 16 * 1024;

    /// <summary>Questions that are under way at once: a crowd of callers must not become a crowd at the API server.</summary>
    private const int AtOnce = 32;

    /// <summary>How long an answer counts: the time that a deleted pod's token may still be good for.</summary>
    private static readonly TimeSpan Keep = TimeSpan.FromSeconds(10);

    private readonly ShortMemory<ReviewedToken> _memory = new(Keep, time);
    private readonly SemaphoreSlim _places = new(AtOnce);

    /// <summary>Whose a token is.</summary>
    /// <exception cref="KubernetesException">The API server could not be asked.</exception>
    public Task<ReviewedToken> ReviewAsync(string token, CancellationToken cancellationToken)
    {
        // Three parts are what every ServiceAccount's token has; other things are not worth a question.
        if (token.Length > MaxLength || token.Count('.') != 2)
        {
            return Task.FromResult(ReviewedToken.Refused("it is no token of a ServiceAccount"));
        }

        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        return _memory.AskAsync(key, () => AskAsync(token), cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose() => _places.Dispose();

    private async Task<ReviewedToken> AskAsync(string token)
    {
        await _places.WaitAsync();
        try
        {
            var review = new JsonObject
            {
                ["apiVersion"] = "authentication.k8s.io/v1",
                ["kind"] = "TokenReview",
                ["spec"] = new JsonObject { ["token"] = token, ["audiences"] = new JsonArray(cluster.Audience) },
            };
            return Read((await api.CreateAsync(ObjectPath.TokenReviews().Collection, review, CancellationToken.None))["status"]);
        }
        finally
        {
            _places.Release();
        }
    }

    private ReviewedToken Read(JsonNode? status)
    {
        // A server that knows no audiences leaves them out of its answer, and has then not compared any.
        if ((bool?)status?["authenticated"] != true || !(status["audiences"] as JsonArray ?? []).Any(a => (string?)a == cluster.Audience))
        {
            return ReviewedToken.Refused((string?)status?["error"] is { Length: > 0 } error ? error : $"the API server does not know it, or it is not for the audience '{cluster.Audience}'");
        }

        var user = status["user"];
        return new ReviewedToken(
            (string?)user?["username"],
            (string?)user?["uid"],
            [.. (user?["groups"] as JsonArray ?? []).Select(g => (string?)g).OfType<string>()],
            First(user?["extra"]?["authentication.kubernetes.io/pod-name"]),
            First(user?["extra"]?["authentication.kubernetes.io/pod-uid"]),
            "");
    }

    private static string? First(JsonNode? list) => list is JsonArray { Count: > 0 } array ? (string?)array[0] : null;
}
