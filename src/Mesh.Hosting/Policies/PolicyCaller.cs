using Aspire.Hosting.ApplicationModel;
using Mesh.Model.Policies.Matching;

namespace Mesh.Hosting.Policies;

/// <summary>A caller as the AppHost names it.</summary>
/// <param name="Ref">What a policy of that namespace says for it.</param>
/// <param name="IsAnyone">Whether it is everybody, which only permissions can say.</param>
internal sealed record PolicyCaller(Func<PolicyScope, string, CallerRef> Ref, bool IsAnyone = false)
{
    /// <summary>A resource, or the mesh for every service.</summary>
    public static PolicyCaller Of(IResourceBuilder<IResource> caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return caller.Resource is MeshResource
            ? Of(MeshIdentity.EveryService)
            : new((scope, ns) => new CallerRef { Service = scope.Service(caller.Resource) is var id && id.Namespace == ns ? id.Name : id.ToString() });
    }

    /// <summary>A caller that is no resource of the app.</summary>
    public static PolicyCaller Of(MeshIdentity caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return new((scope, _) => new CallerRef { SpiffeId = caller.Match(scope.TrustDomain) }, caller.IsAnyone);
    }

    /// <summary>As AppHosts in other languages name it: a resource, a SPIFFE id, with a slash at its end the beginning of ids, or an asterisk for everybody.</summary>
    public static PolicyCaller OfEither(object caller) => caller switch
    {
        IResourceBuilder<IResource> resource => Of(resource),
        "*" => Of(MeshIdentity.Anyone),
        string id => Of(id.EndsWith('/') ? MeshIdentity.Prefix(id) : MeshIdentity.Exact(id)),
        _ => throw new ArgumentException($"The caller is a resource or a SPIFFE id, but not a {caller?.GetType().Name ?? "null"}.", nameof(caller)),
    };
}
