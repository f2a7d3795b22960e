using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.Model.Identity;
using Mesh.Testing.Identity;

namespace Mesh.Model.Tests.Identity;

public sealed class SvidVerifierTests
{
    private const string Orders = "spiffe://shop.local/ns/default/sa/orders";
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TrustDomain Domain = TrustDomain.Parse("shop.local");
    private static readonly ClockedAuthority Authority = new(Now);
    private static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [Fact]
    public void Verify_GoodSvid_GivesItsId()
    {
        var verification = Verify(Leaf(Orders));

        Assert.True(verification.IsValid, verification.Reason);
        Assert.Equal(Orders, verification.Id.Text);
    }

    public static TheoryData<string, string?, Action<CertificateRequest>?, string> Bad => new()
    {
        { "no URI", null, null, "names no SPIFFE id" },
        { "two URIs", null, r => r.CertificateExtensions.Add(ClockedAuthority.Names(Orders, "spiffe://shop.local/ns/default/sa/stock")), "more than one URI" },
        { "no SPIFFE id", "https://shop.local/orders", null, "is not a SPIFFE id" },
        { "dots in the path", "spiffe://shop.local/ns/default/sa/or%2fders", null, "is not a SPIFFE id" },
        { "other trust domain", "spiffe://bank.local/ns/default/sa/orders", null, "is not of the trust domain" },
        { "no path", "spiffe://shop.local", null, "names the trust domain itself" },
        { "authority", Orders, r => Replace<X509BasicConstraintsExtension>(r, new X509BasicConstraintsExtension(true, false, 0, true)), "authority's certificate" },
        { "no digitalSignature", Orders, r => Replace<X509KeyUsageExtension>(r, new X509KeyUsageExtension(X509KeyUsageFlags.KeyAgreement, true)), "lacks digitalSignature" },
        { "no key usage", Orders, r => Replace<X509KeyUsageExtension>(r, null), "lacks digitalSignature" },
        { "may sign", Orders, r => Replace<X509KeyUsageExtension>(r, new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.CrlSign, true)), "allows signing" },
        { "servers only", Orders, r => Replace<X509EnhancedKeyUsageExtension>(r, new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false)), "does not allow a TLS client" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Verify_LeafBreaksARule_SaysWhich(string what, string? uri, Action<CertificateRequest>? change, string reason)
    {
        var verification = Verify(Leaf(uri, change));

        Assert.False(verification.IsValid, what);
        Assert.Contains(reason, verification.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_NoExtendedKeyUsage_IsAccepted() =>
        Assert.True(Verify(Leaf(Orders, r => Replace<X509EnhancedKeyUsageExtension>(r, null))).IsValid);

    [Theory]
    [InlineData(-1)]
    [InlineData(61)]
    public void Verify_OutsideItsTime_IsRefused(int minutes)
    {
        var verification = Verify(Leaf(Orders), at: Now.AddMinutes(minutes));

        Assert.Contains("expired or not valid yet", verification.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_OtherRoot_IsRefused() =>
        Assert.Contains("none of the trusted roots", Verify(Leaf(Orders), new ClockedAuthority(Now).Bundle).Reason, StringComparison.Ordinal);

    [Fact]
    public void Verify_WithoutTheIntermediate_IsRefused()
    {
        var verification = SvidVerifier.Verify(Leaf(Orders), [], Authority.Bundle, Domain, SvidRole.Client, Now);

        Assert.Contains("none of the trusted roots", verification.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_TwoRootsWhileTheyRotate_AcceptsBoth()
    {
        var next = new ClockedAuthority(Now);
        var both = TrustBundle.FromDer([next.Root.RawDataMemory, Authority.Root.RawDataMemory]);

        Assert.True(Verify(Leaf(Orders), both).IsValid);
        Assert.True(SvidVerifier.Verify(next.Sign(Orders, Key, Now, Now.AddHours(1)), [next.Intermediate], both, Domain, SvidRole.Client, Now).IsValid);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Verify_RootsOfOneNameWithoutKeyIdentifiers_AcceptsBoth(bool isReversed)
    {
        var (one, two) = (new ClockedAuthority(Now, hasKeyIdentifiers: false), new ClockedAuthority(Now, hasKeyIdentifiers: false));
        X509Certificate2[] roots = isReversed ? [two.Root, one.Root] : [one.Root, two.Root];
        var both = TrustBundle.FromDer(roots.Select(r => r.RawDataMemory));

        foreach (var authority in new[] { one, two })
        {
            // The verifier's own intermediates help as well, and have the same name.
            var verification = SvidVerifier.Verify(authority.Sign(Orders, Key, Now, Now.AddHours(1)), [one.Intermediate, two.Intermediate], both, Domain, SvidRole.Client, Now);
            Assert.True(verification.IsValid, verification.Reason);
        }
    }

    [Fact]
    public void Verify_RootsOfOneNameAndAThirdThatIsNotTrusted_IsRefused()
    {
        var authorities = Enumerable.Range(0, 3).Select(_ => new ClockedAuthority(Now, hasKeyIdentifiers: false)).ToArray();
        var two = TrustBundle.FromDer(authorities.Take(2).Select(a => (ReadOnlyMemory<byte>)a.Root.RawData));

        var verification = SvidVerifier.Verify(
            authorities[2].Sign(Orders, Key, Now, Now.AddHours(1)), [.. authorities.Select(a => a.Intermediate), authorities[2].Root], two, Domain, SvidRole.Client, Now);

        Assert.Contains("none of the trusted roots", verification.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_EmptyBundle_IsRefused() => Assert.False(Verify(Leaf(Orders), TrustBundle.Empty).IsValid);

    [Fact]
    public void Bundle_AsPem_ReadsBackEqual()
    {
        var both = TrustBundle.FromDer([Authority.Root.RawDataMemory, new ClockedAuthority(Now).Root.RawDataMemory]);

        Assert.Equal(both, TrustBundle.FromPem([both.ToPem()]));
        Assert.NotEqual(both, Authority.Bundle);
    }

    [Fact]
    public void Bundle_TextWithoutCertificate_IsRefused() => Assert.Throws<CryptographicException>(() => TrustBundle.FromPem(["hello"]));

    private static X509Certificate2 Leaf(string? uri, Action<CertificateRequest>? change = null) => Authority.Sign(uri, Key, Now, Now.AddHours(1), change);

    private static SvidVerification Verify(X509Certificate2 leaf, TrustBundle? bundle = null, DateTimeOffset? at = null) =>
        SvidVerifier.Verify(leaf, [Authority.Intermediate], bundle ?? Authority.Bundle, Domain, SvidRole.Client, at ?? Now.AddMinutes(1));

    private static void Replace<T>(CertificateRequest request, X509Extension? by)
        where T : X509Extension
    {
        request.CertificateExtensions.Remove(request.CertificateExtensions.OfType<T>().Single());
        if (by is not null)
        {
            request.CertificateExtensions.Add(by);
        }
    }
}
