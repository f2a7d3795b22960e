using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Kubernetes.Identity;

/// <summary>A sidecar's projected token proves the identity of its namespace and ServiceAccount, as long as its pod is there.</summary>
internal sealed class PodTokens(TokenReviews reviews, KubernetesSettings cluster, ControlPlaneSettings settings) : ITokenVerifier
{
    private readonly TrustDomain _trustDomain = TrustDomain.Parse(settings.TrustDomain);

    /// <inheritdoc />
    public async ValueTask<TokenProof> VerifyAsync(string token, CancellationToken cancellationToken)
    {
        ReviewedToken reviewed;
        try
        {
            reviewed = await reviews.ReviewAsync(token, cancellationToken);
        }
        catch (KubernetesException e)
        {
            return TokenProof.Refused($"the API server could not be asked about it ({e.Message})") with { IsOpen = true };
        }

        return reviewed switch
        {
            { User: null } => TokenProof.Refused(reviewed.Reason),
            { Account: null } => TokenProof.Refused($"{reviewed.User} is no ServiceAccount"),

            // A token that somebody asked for by hand outlives every pod.
            { Pod: null } => TokenProof.Refused($"it is bound to no pod; sidecars have projected tokens of audience '{cluster.Audience}'"),
            { Account: var (space, _) } when !cluster.Namespaces.Contains(space) => TokenProof.Refused($"namespace {space} is not served by this control plane (kubernetes.namespaces)"),
            { Account: var (_, name) } when !DnsLabel.IsValid(name) => TokenProof.Refused($"ServiceAccount {name} is no DNS label and so no service's name"),
            { Account: var (space, name) } => TokenProof.Of(SpiffeId.ForService(_trustDomain, new ServiceId(space, name)), $"token of pod {reviewed.Pod} ({reviewed.PodUid})"),
        };
    }
}
