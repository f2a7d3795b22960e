using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mesh.ControlPlane.Store;

namespace Mesh.ControlPlane.Api;

/// <summary>
/// Lets a browser look at the status page: a sealed cookie that names an API token, reads and nothing else, and ends with that token. No session is kept here, so a restart logs nobody out.
/// </summary>
internal sealed class BrowserSessions(StateDirectory state, ApiKeys keys, TimeProvider time)
{
    /// <summary>The cookie's name. Cookies do not know ports, so the name has to tell it from those of the apps, and of the other meshes, on the same host.</summary>
    /// <param name="request">A request of the browser, which says the port that it came to.</param>
    public static string CookieOf(HttpRequest request) =>
        string.Create(CultureInfo.InvariantCulture, $"mesh-control-plane-{request.Host.Port ?? (request.IsHttps ? 443 : 80)}");

    /// <summary>How long a browser stays logged in.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromDays(7);

    private readonly byte[] _key = state.ReadOrCreate("browser-session.key", () => RandomNumberGenerator.GetBytes(32));

    /// <summary>The cookie's value for a token with the read scope.</summary>
    public bool TryBegin(string token, [NotNullWhen(true)] out string? cookie)
    {
        cookie = null;
        if (!keys.TryFind(token, out var caller) || !caller.Scopes.Contains(ApiScopes.Read) || !keys.TryFindByName(caller.Name, out _, out var fingerprint))
        {
            return false;
        }

        var body = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new Session(caller.Name, fingerprint, time.GetUtcNow() + Lifetime)));
        cookie = $"{body}.{Base64Url.EncodeToString(Seal(body))}";
        return true;
    }

    /// <summary>Who a cookie stands for: its token's name with the read scope alone.</summary>
    public bool TryFind(string cookie, [NotNullWhen(true)] out ApiCaller? caller)
    {
        caller = null;
        if (cookie.Split('.') is not [var body, var seal]
            || !Base64Url.IsValid(body)
            || !Base64Url.IsValid(seal)
            || !CryptographicOperations.FixedTimeEquals(Base64Url.DecodeFromChars(seal), Seal(body)))
        {
            return false;
        }

        var session = JsonSerializer.Deserialize<Session>(Base64Url.DecodeFromChars(body));
        if (session is null
            || session.Until <= time.GetUtcNow()
            || !keys.TryFindByName(session.Name, out var owner, out var fingerprint)
            || fingerprint != session.Fingerprint
            || !owner.Scopes.Contains(ApiScopes.Read))
        {
            return false;
        }

        caller = new ApiCaller(owner.Name, [ApiScopes.Read]);
        return true;
    }

    private byte[] Seal(string body) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(body));

    private sealed record Session(string Name, string Fingerprint, DateTimeOffset Until);
}
