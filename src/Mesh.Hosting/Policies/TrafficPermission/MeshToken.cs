using Aspire.Hosting;
using Mesh.Model.Policies.TrafficPermission;

namespace Mesh.Hosting;

/// <summary>A JSON Web Token that requests have to carry.</summary>
[AspireDto]
public sealed class MeshToken
{
    /// <summary>Whose token it has to be. Required.</summary>
    public MeshTokenIssuer? Issuer { get; set; }

    /// <summary>Whether it is the other way round: requests without such a token are meant. For denials; not beside <see cref="Claims"/>. Default: false.</summary>
    public bool Missing { get; set; }

    /// <summary>Claims that all have to match. Default: any valid token.</summary>
    public IList<MeshClaim>? Claims { get; set; }

    internal JwtMatch ToMatch() => new() { Provider = Issuer!.Name, Missing = Missing, Claims = [.. (Claims ?? []).Select(claim => claim.ToClaim())] };
}
