namespace Mesh.ControlPlane.Kubernetes.Identity;

/// <summary>What the API server says of a token.</summary>
/// <param name="User">The user's name; <see langword="null"/>: it is nobody's.</param>
/// <param name="Uid">The user's unique id, if it has one.</param>
/// <param name="Groups">The user's groups.</param>
/// <param name="Pod">The pod that the token is bound to; <see langword="null"/>: to none.</param>
/// <param name="PodUid">That pod's unique id.</param>
/// <param name="Reason">Why it is nobody's.</param>
internal sealed record ReviewedToken(string? User, string? Uid, IReadOnlyList<string> Groups, string? Pod, string? PodUid, string Reason)
{
    private const string AccountPrefix = "system:serviceaccount:";

    public static ReviewedToken Refused(string reason) => new(null, null, [], null, null, reason);

    /// <summary>Namespace and name of the ServiceAccount that the user is; <see langword="null"/>: it is none.</summary>
    public (string Namespace, string Name)? Account =>
        User is not null && User.StartsWith(AccountPrefix, StringComparison.Ordinal) && User[AccountPrefix.Length..].Split(':') is [var space, var name] ? (space, name) : null;
}
