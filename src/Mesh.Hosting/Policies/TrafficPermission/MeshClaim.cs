using Aspire.Hosting;
using Mesh.Model.Policies.TrafficPermission;

namespace Mesh.Hosting;

/// <summary>What one claim of a token has to be: either one of <see cref="Values"/>, or something that contains one of <see cref="Contains"/>.</summary>
[AspireDto]
public sealed class MeshClaim
{
    /// <summary>The claim's name; further elements lead into nested objects: <c>["realm_access", "roles"]</c>.</summary>
    public IList<string> Path { get; set; } = [];

    /// <summary>Texts one of which the claim has to be; <c>true</c> and <c>false</c> are booleans too.</summary>
    public IList<string>? Values { get; set; }

    /// <summary>Texts one of which is an item of the claim, a list, or a word of it, a text of words as OAuth's <c>scope</c>.</summary>
    public IList<string>? Contains { get; set; }

    internal JwtClaim ToClaim() => new() { Path = [.. Path], Values = [.. Values ?? []], Contains = [.. Contains ?? []] };
}
