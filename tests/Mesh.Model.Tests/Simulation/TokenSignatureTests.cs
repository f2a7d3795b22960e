using System.Buffers.Text;
using System.Security.Cryptography;
using Mesh.Model.Simulation;

namespace Mesh.Model.Tests.Simulation;

/// <summary>Which keys count when a token is explained: those that sidecars take.</summary>
public sealed class TokenSignatureTests
{
    private static readonly byte[] Signed = [1, 2, 3];

    [Theory]
    [InlineData("", null)]
    [InlineData("\"use\": \"sig\", \"alg\": \"RS256\", \"key_ops\": [\"verify\"],", null)]
    [InlineData("\"use\": 1,", "keys_unavailable")]
    [InlineData("\"use\": \"enc\",", "keys_unavailable")]
    [InlineData("\"key_ops\": [\"encrypt\"],", "keys_unavailable")]
    [InlineData("\"key_ops\": \"verify\",", "keys_unavailable")]
    [InlineData("\"d\": \"AQ\",", "keys_unavailable")]
    [InlineData("\"k\": \"AQ\",", "keys_unavailable")]
    [InlineData("\"alg\": \"RS512\",", "key_unknown")]
    [InlineData("\"alg\": \"\\ud800\",", "keys_unavailable")]
    [InlineData("\"kid\": \"other\",", "key_unknown")]
    public void WhyNot_KeyThatSidecarsLeaveOut_IsLeftOut(string members, string? expected)
    {
        using var rsa = RSA.Create(2048);

        Assert.Equal(expected, WhyNot(rsa, members));
    }

    [Fact]
    public void WhyNot_RsaKeyBelow2048Bits_IsLeftOut()
    {
        using var rsa = RSA.Create(1024);

        Assert.Equal("keys_unavailable", WhyNot(rsa, ""));
    }

    private static string? WhyNot(RSA rsa, string members)
    {
        var key = rsa.ExportParameters(false);
        var id = members.Contains("kid", StringComparison.Ordinal) ? "" : "\"kid\": \"r\",";
        var keys = $$"""{"keys": [{ {{members}} {{id}} "kty": "RSA", "n": "{{Base64Url.EncodeToString(key.Modulus)}}", "e": "{{Base64Url.EncodeToString(key.Exponent)}}"}]}""";
        return TokenSignature.WhyNot(keys, "RS256", "r", Signed, rsa.SignData(Signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }
}
