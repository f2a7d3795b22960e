using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Api;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.Model.Bootstrap;
using Mesh.Model.Resources;

namespace Mesh.ControlPlane.Kubernetes.Identity;

/// <summary>
/// Callers of the API in a cluster: who they are says a TokenReview, what they may do a SubjectAccessReview of a resource that exists for this alone: <c>controlplanes.mesh.dev</c>, with the
/// name of the mesh, in the control plane's own namespace. A Role there grants it, and no cluster role is needed.
/// </summary>
internal sealed class AccountCallers(KubernetesApi api, TokenReviews reviews, KubernetesSettings cluster, TimeProvider time) : IApiCallers
{
    /// <summary>The resource that roles name.</summary>
    public const string Resource = "controlplanes";

    private static readonly TimeSpan Keep = TimeSpan.FromSeconds(10);

    // The usual verbs where there is one, so that roles made by habit mean the right thing.
    private static readonly ImmutableDictionary<string, string> Verbs = ImmutableDictionary.CreateRange(StringComparer.Ordinal, new Dictionary<string, string>
    {
        [ApiScopes.Read] = "get",
        [ApiScopes.Apply] = "update",
        [ApiScopes.Debug] = "debug",
        [ApiScopes.Token] = "token",
    });

    private readonly ShortMemory<bool> _memory = new(Keep, time);

    /// <inheritdoc />
    public string Cure => $"with a ServiceAccount's token of audience '{cluster.Audience}': kubectl create token <name> -n <namespace> --audience {cluster.Audience}";

    /// <inheritdoc />
    public async ValueTask<ApiCaller?> FindAsync(string token, string scope, CancellationToken cancellationToken)
    {
        try
        {
            var reviewed = await reviews.ReviewAsync(token, cancellationToken);
            if (reviewed.User is not { } user)
            {
                return null;
            }

            var verb = Verbs[scope];
            var allowed = await _memory.AskAsync($"{user}\n{reviewed.Uid}\n{string.Join(',', reviewed.Groups)}\n{verb}", () => AskAsync(reviewed, verb), cancellationToken);
            return new ApiCaller(user, allowed ? [scope] : []);
        }
        catch (KubernetesException e)
        {
            throw new CallersUnknownException($"The API server could not be asked who calls and what they may do: {e.Message}", e);
        }
    }

    private async Task<bool> AskAsync(ReviewedToken caller, string verb)
    {
        var review = new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["user"] = caller.User,
                ["uid"] = caller.Uid,
                ["groups"] = new JsonArray([.. caller.Groups.Select(g => JsonValue.Create(g))]),
                ["resourceAttributes"] = new JsonObject
                {
                    ["group"] = CustomResourceNames.Group,
                    ["version"] = CustomResourceNames.Version,
                    ["resource"] = Resource,
                    ["name"] = cluster.Mesh,
                    ["namespace"] = cluster.SystemNamespace,
                    ["verb"] = verb,
                },
            },
        };
        var status = (await api.CreateAsync(ObjectPath.SubjectAccessReviews().Collection, review, CancellationToken.None))["status"];
        return (bool?)status?["allowed"] == true && (bool?)status["denied"] != true;
    }
}
