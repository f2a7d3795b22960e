using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.Matching;

/// <summary>A caller, by service or by SPIFFE id.</summary>
public sealed record CallerRef
{
    /// <summary>A service of the mesh: <c>name</c> in the policy's namespace, or <c>namespace/name</c>. Either this or <see cref="SpiffeId"/>.</summary>
    public string? Service { get; init; }

    /// <summary>A SPIFFE id or the beginning of one, which ends at a path segment.</summary>
    public PrincipalMatch? SpiffeId { get; init; }

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        if (Service is null == SpiffeId is null)
        {
            yield return new(at, Service is null ? "names no caller; add service or spiffeId" : "names its caller twice; keep either service or spiffeId");
        }

        if (Service is not null && !ServiceId.TryParse(Service, ServiceId.DefaultNamespace, out _))
        {
            yield return new(at / "service", $"must be name or namespace/name but is {Wording.Quote(Service)}");
        }

        if (SpiffeId is not null && !Identity.SpiffeId.TryParse(SpiffeId.IsPrefix ? SpiffeId.Value.TrimEnd('/') : SpiffeId.Value, out _))
        {
            yield return new(at / "spiffeId" / "value", $"must be a SPIFFE id such as spiffe://shop.local/ns/default/sa/orders but is {Wording.Quote(SpiffeId.Value)}");
        }
    }

    /// <summary>The id that is meant; <see langword="null"/>: neither was written.</summary>
    internal PrincipalMatch? Principal(string policyNamespace, TrustDomain trustDomain) => this switch
    {
        { Service: { } name } when ServiceId.TryParse(name, policyNamespace, out var id) => new PrincipalMatch(Identity.SpiffeId.ForService(trustDomain, id).Text),
        _ => SpiffeId,
    };
}
