using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Mesh.Model.Snapshots;

namespace Mesh.Testing.Identity;

/// <summary>An issuer of tokens, honest and otherwise. Tokens are put together by hand, so that wrong ones can be made.</summary>
public sealed class TestIssuer : IDisposable
{
    public const string Name = "https://login.example/";

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ECDsa _p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
    private readonly ECDsa _p521 = ECDsa.Create(ECCurve.NamedCurves.nistP521);

    /// <summary>The public keys: r (RSA), e (P-256), f (P-384), g (P-521).</summary>
    public string Keys => $$"""{"keys":[{{Rsa("r")}},{{Ec("e", _p256, "P-256")}},{{Ec("f", _p384, "P-384")}},{{Ec("g", _p521, "P-521")}}]}""";

    /// <summary>What a policy says of it.</summary>
    public TokenProvider Provider => new() { Name = "default/orders/accounts", Issuer = Name, Audiences = ["orders"], Keys = Keys };

    /// <summary>Claims of a good token.</summary>
    /// <param name="now">The time.</param>
    /// <param name="more">More claims, each with a comma behind it.</param>
    public static string Claims(DateTimeOffset now, string more = "") =>
        $$"""{{{more}}"iss":"{{Name}}","aud":["shop","orders"],"sub":"ann","exp":{{now.AddMinutes(10).ToUnixTimeSeconds()}},"scope":"orders.read orders.write"}""";

    public static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    /// <summary>A token as it should be.</summary>
    public string Token(DateTimeOffset now, string algorithm = "ES256", string more = "") => Sign(Head(algorithm), Claims(now, more), algorithm);

    public static string Head(string algorithm) => $$"""{"alg":"{{algorithm}}","typ":"JWT","kid":"{{algorithm switch { "ES256" => "e", "ES384" => "f", "ES512" => "g", _ => "r" }}}"}""";

    /// <summary>Signs whatever is given.</summary>
    public string Sign(string head, string claims, string algorithm)
    {
        var signed = $"{Part(head)}.{Part(claims)}";
        var bytes = Encoding.ASCII.GetBytes(signed);
        var hash = new HashAlgorithmName($"SHA{algorithm[2..]}");
        return $"{signed}.{Base64Url.EncodeToString(algorithm[..2] switch
        {
            "RS" => _rsa.SignData(bytes, hash, RSASignaturePadding.Pkcs1),
            "PS" => _rsa.SignData(bytes, hash, RSASignaturePadding.Pss),
            "HS" => HMACSHA256.HashData(Encoding.ASCII.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem()), bytes),
            _ => (algorithm switch { "ES256" => _p256, "ES384" => _p384, _ => _p521 }).SignData(bytes, hash),
        })}";
    }

    public void Dispose()
    {
        _rsa.Dispose();
        _p256.Dispose();
        _p384.Dispose();
        _p521.Dispose();
    }

    private string Rsa(string id)
    {
        var key = _rsa.ExportParameters(false);
        return $$"""{"kty":"RSA","kid":"{{id}}","use":"sig","n":"{{Base64Url.EncodeToString(key.Modulus)}}","e":"{{Base64Url.EncodeToString(key.Exponent)}}"}""";
    }

    private static string Ec(string id, ECDsa key, string curve)
    {
        var point = key.ExportParameters(false).Q;
        return $$"""{"kty":"EC","kid":"{{id}}","crv":"{{curve}}","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"}""";
    }
}
