using System.Text.Json;

namespace Mesh.Proxy.Downstreams;

/// <summary>What a JSON Web Token says, after all of it was verified. The token itself is not kept.</summary>
internal sealed class VerifiedToken
{
    /// <param name="provider">Whose it is, by the name that rules use.</param>
    /// <param name="claims">Its claims.</param>
    /// <param name="expires">When it ends, clock skew included.</param>
    public VerifiedToken(string provider, JsonElement claims, DateTimeOffset expires)
    {
        Provider = provider;
        Claims = claims;
        Expires = expires;
        Alone = [this];
    }

    /// <summary>Whose it is, by the name that rules use.</summary>
    public string Provider { get; }

    /// <summary>Its claims: an object.</summary>
    public JsonElement Claims { get; }

    /// <summary>When it ends, clock skew included.</summary>
    public DateTimeOffset Expires { get; }

    /// <summary>A list of it alone, so that requests need none of their own.</summary>
    public VerifiedToken[] Alone { get; }
}
