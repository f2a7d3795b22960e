using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mesh.ControlPlane.Store;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Authority;

/// <summary>
/// Tokens with which a sidecar gets its first certificate: <c>mesh1.claims.HMAC-SHA256</c>, bound to one identity. The key is in the state directory, so that tokens survive a restart;
/// nothing else about a token is kept.
/// </summary>
internal sealed class IdentityTokens : ITokenVerifier
{
    private const string Prefix = "mesh1.";

    // A token is a line in a bootstrap file; whatever is longer is not one of ours.
    private const int MaxLength = 4096;

    private readonly byte[] _key;
    private readonly TrustDomain _trustDomain;
    private readonly TimeProvider _time;

    public IdentityTokens(StateDirectory state, ControlPlaneSettings settings, TimeProvider time)
    {
        _key = state.Inside("authority").ReadOrCreate("token.key", () => RandomNumberGenerator.GetBytes(32));
        _trustDomain = TrustDomain.Parse(settings.TrustDomain);
        _time = time;
    }

    /// <summary>How long a token is good for unless its issuer says otherwise: a laptop that sleeps over a weekend comes back with it.</summary>
    public static TimeSpan DefaultLifetime { get; } = TimeSpan.FromDays(7);

    /// <summary>Longest life of a token.</summary>
    public static TimeSpan MaxLifetime { get; } = TimeSpan.FromDays(90);

    /// <summary>Issues a token for one service's identity.</summary>
    public IdentityToken Issue(ServiceId service, TimeSpan lifetime)
    {
        var id = SpiffeId.ForService(_trustDomain, service);
        var claims = new IdentityTokenClaims(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), id.Text, _time.GetUtcNow() + lifetime);
        var body = Prefix + Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims, AuthorityJson.Default.IdentityTokenClaims));
        return new IdentityToken($"{body}.{Base64Url.EncodeToString(Seal(body))}", claims.Id, id, claims.ExpiresAt);
    }

    /// <inheritdoc />
    public ValueTask<TokenProof> VerifyAsync(string token, CancellationToken cancellationToken) =>
        ValueTask.FromResult(TryVerify(token, out var verified, out var reason) ? TokenProof.Of(verified.SpiffeId, $"token {verified.Id}") : TokenProof.Refused(reason));

    /// <summary>Whether a token is ours and alive.</summary>
    /// <param name="text">What the caller sent.</param>
    /// <param name="token">What it proves.</param>
    /// <param name="reason">Why it proves nothing; says nothing about its content before its seal was found good.</param>
    public bool TryVerify(string text, [NotNullWhen(true)] out IdentityToken? token, [NotNullWhen(false)] out string? reason)
    {
        token = null;
        var dot = text.LastIndexOf('.');
        if (text.Length > MaxLength || !text.StartsWith(Prefix, StringComparison.Ordinal) || dot < Prefix.Length)
        {
            reason = "it is not a token of this mesh";
            return false;
        }

        var body = text[..dot];
        // As text: decoders overlook white space and bits at the end, and one token shall not be written in two ways.
        var seal = Base64Url.EncodeToString(Seal(body));
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(text[(dot + 1)..]), Encoding.UTF8.GetBytes(seal)))
        {
            reason = "it was not issued by this control plane, or was altered";
            return false;
        }

        var claims = JsonSerializer.Deserialize(Base64Url.DecodeFromChars(body.AsSpan(Prefix.Length)), AuthorityJson.Default.IdentityTokenClaims);
        if (claims is null || !SpiffeId.TryParse(claims.SpiffeId, out var id) || id.TrustDomain != _trustDomain)
        {
            reason = "it names no identity of this trust domain";
            return false;
        }

        if (_time.GetUtcNow() >= claims.ExpiresAt)
        {
            reason = $"it expired {claims.ExpiresAt:u}; issue a new one";
            return false;
        }

        token = new IdentityToken(text, claims.Id, id, claims.ExpiresAt);
        reason = null;
        return true;
    }

    private byte[] Seal(string body) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(body));
}
