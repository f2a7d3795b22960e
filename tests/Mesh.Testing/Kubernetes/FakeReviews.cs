using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.Json.Nodes;

namespace Mesh.Testing.Kubernetes;

/// <summary>TokenReview and SubjectAccessReview of the fake API server.</summary>
public sealed class FakeReviews
{
    private readonly ConcurrentDictionary<string, (string User, string? Pod, string Audience)> _tokens = [];
    private readonly ConcurrentDictionary<string, bool> _rights = [];

    /// <summary>How many tokens it was asked about.</summary>
    public int Reviewed { get; private set; }

    /// <summary>How often it was asked what somebody may.</summary>
    public int Asked { get; private set; }

    /// <summary>Makes a ServiceAccount's token.</summary>
    /// <param name="account">The account as <c>namespace/name</c>, or the name of another user.</param>
    /// <param name="pod">The pod that the token is bound to; <see langword="null"/>: to none.</param>
    /// <param name="audience">Whom it is for.</param>
    public string Issue(string account, string? pod = null, string audience = "mesh")
    {
        var token = $"header.{Guid.NewGuid():N}.signature";
        _tokens[token] = (account.Split('/') is [var space, var name] ? $"system:serviceaccount:{space}:{name}" : account, pod, audience);
        return token;
    }

    /// <summary>The token is good no more, as when its pod was deleted.</summary>
    public void Revoke(string token) => _tokens.TryRemove(token, out _);

    /// <summary>Lets an account use a verb on the virtual resource of the mesh.</summary>
    public void Allow(string account, string verb) => _rights[$"system:serviceaccount:{account.Replace('/', ':')} {verb}"] = true;

    internal bool TryAnswer(string path, JsonObject? body, [NotNullWhen(true)] out FakeAnswer? answer)
    {
        answer = path switch
        {
            "apis/authentication.k8s.io/v1/tokenreviews" => Review(body!),
            "apis/authorization.k8s.io/v1/subjectaccessreviews" => Access(body!),
            _ => null,
        };
        return answer is not null;
    }

    private FakeAnswer Review(JsonObject body)
    {
        Reviewed++;
        var wanted = (body["spec"]!["audiences"] as JsonArray ?? []).Select(a => (string?)a);
        if (!_tokens.TryGetValue((string)body["spec"]!["token"]!, out var known))
        {
            body["status"] = new JsonObject { ["authenticated"] = false, ["error"] = "invalid bearer token" };
        }
        else if (!wanted.Contains(known.Audience))
        {
            body["status"] = new JsonObject { ["authenticated"] = false, ["error"] = $"[invalid bearer token, token audiences [\"{known.Audience}\"] is invalid for the target audiences]" };
        }
        else
        {
            var user = new JsonObject { ["username"] = known.User, ["uid"] = "1b2c", ["groups"] = new JsonArray("system:serviceaccounts", "system:authenticated") };
            if (known.Pod is { } pod)
            {
                user["extra"] = new JsonObject
                {
                    ["authentication.kubernetes.io/pod-name"] = new JsonArray(pod),
                    ["authentication.kubernetes.io/pod-uid"] = new JsonArray($"uid-of-{pod}"),
                };
            }

            body["status"] = new JsonObject { ["authenticated"] = true, ["user"] = user, ["audiences"] = new JsonArray(known.Audience) };
        }

        return new FakeAnswer(HttpStatusCode.Created, body);
    }

    private FakeAnswer Access(JsonObject body)
    {
        Asked++;
        var resource = body["spec"]!["resourceAttributes"]!;
        var asks = (string?)resource["group"] == "mesh.dev" && (string?)resource["resource"] == "controlplanes";
        body["status"] = new JsonObject { ["allowed"] = asks && _rights.ContainsKey($"{(string?)body["spec"]!["user"]} {(string?)resource["verb"]}") };
        return new FakeAnswer(HttpStatusCode.Created, body);
    }
}
