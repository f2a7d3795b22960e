using System.Buffers.Text;
using System.Text.Json.Nodes;

namespace Mesh.Cli.VirtualMachines;

/// <summary>What a token says of itself. Only the control plane can tell whether it is true; that it is over, or somebody else's, can be seen here.</summary>
/// <param name="SpiffeId">Whose it is.</param>
/// <param name="ExpiresAt">When it ends.</param>
internal sealed record TokenClaims(string SpiffeId, DateTimeOffset ExpiresAt)
{
    /// <summary>Reads <c>mesh1.claims.seal</c>; <see langword="null"/>: it is of another kind.</summary>
    public static TokenClaims? Read(string token)
    {
        if (token.Split('.') is not ["mesh1", var body, _] || !Base64Url.IsValid(body))
        {
            return null;
        }

        try
        {
            var claims = JsonNode.Parse(Base64Url.DecodeFromChars(body));
            return claims?["spiffeId"]?.GetValue<string>() is { } id && claims["expiresAt"]?.GetValue<DateTimeOffset>() is { } end ? new TokenClaims(id, end) : null;
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
