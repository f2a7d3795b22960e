using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Mesh.Model.Requests;
using Mesh.Model.Simulation;

namespace Mesh.Model.Tests.Simulation;

/// <summary>Which keys count when a token is explained: those that sidecars take.</summary>
public sealed class TokenSignatureTests
{
    private static readonly byte[] Signed = [1, 2, 3];

    [Theory]
    [InlineData("", null)]
    [InlineData("\"use\": \"sig\", \"alg\": \"RS256\", \"key_ops\": [\"verify\"],", null)]
    [InlineData("\"use\": 1,", TokenFailure.KeysUnavailable)]
    [InlineData("\"use\": \"enc\",", TokenFailure.KeysUnavailable)]
    [InlineData("\"key_ops\": [\"encrypt\"],", TokenFailure.KeysUnavailable)]
    [InlineData("\"key_ops\": \"verify\",", TokenFailure.KeysUnavailable)]
    [InlineData("\"d\": \"AQ\",", TokenFailure.KeysUnavailable)]
    [InlineData("\"k\": \"AQ\",", TokenFailure.KeysUnavailable)]
    [InlineData("\"alg\": \"RS512\",", TokenFailure.KeyUnknown)]
    [InlineData("\"alg\": \"\\ud800\",", TokenFailure.KeysUnavailable)]
    [InlineData("\"kid\": \"other\",", TokenFailure.KeyUnknown)]
    public void WhyNot_KeyThatSidecarsLeaveOut_IsLeftOut(string members, TokenFailure? expected)
    {
        using var rsa = RSA.Create(2048);

        Assert.Equal(expected, WhyNot(rsa, members));
    }

    [Fact]
    public void WhyNot_RsaKeyBelow2048Bits_IsLeftOut()
    {
        using var rsa = RSA.Create(1024);

        Assert.Equal(TokenFailure.KeysUnavailable, WhyNot(rsa, ""));
    }

    private static TokenFailure? WhyNot(RSA rsa, string members)
    {
        var key = rsa.ExportParameters(false);
        var id = members.Contains("kid", StringComparison.Ordinal) ? "" : "\"kid\": \"r\",";
        var keys = $$"""{"keys": [{ {{members}} {{id}} "kty": "RSA", "n": "{{Base64Url.EncodeToString(key.Modulus)}}", "e": "{{Base64Url.EncodeToString(key.Exponent)}}"}]}""";
        Assert.True(TokenText.TryRead($"{Part("""{"alg": "RS256", "kid": "r"}""")}.{Part("""{"iss": "i"}""")}.AQ", out var token, out _));
        return TokenSignature.WhyNot(keys, token, Signed, rsa.SignData(Signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
