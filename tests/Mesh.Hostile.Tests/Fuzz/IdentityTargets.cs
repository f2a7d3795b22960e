using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.ControlPlane.Authority;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Mesh.Model.Topology;
using Mesh.Proxy.Bootstrap;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Hostile.Tests.Fuzz;

/// <summary>What says who somebody is: SPIFFE ids, certificates, signing requests, tokens, bootstrap files.</summary>
internal static class IdentityTargets
{
    private static readonly TrustDomain Domain = TrustDomain.Parse("test.local");
    private static readonly TrustBundle Roots = TrustBundle.FromDer([Seed("root.der")]);
    private static readonly X509Certificate2 Intermediate = X509CertificateLoader.LoadCertificate(Seed("intermediate.der"));
    private static readonly DateTimeOffset Issued = X509CertificateLoader.LoadCertificate(Seed("leaf.der")).NotBefore.ToUniversalTime().AddMinutes(1);
    private static readonly IdentityTokens Tokens = MakeTokens();
    private static readonly string Token = FuzzTargets.Text(Seed("token.txt"));

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("spiffe-id", [.. new[] { "spiffe://test.local/ns/default/sa/orders", "spiffe://a", "spiffe://test.local/developer" }.Select(FuzzTargets.Octets)], ["spiffe://", "/", "..", ".", ":", "@", "%2f", "?", "#"], RunSpiffeId, 20_000),
        new("certificate", [Seed("leaf.der"), Seed("two-names.der")], ["spiffe://test.local/ns/default/sa/root", "\x86"], RunCertificate, 1000),
        new("signing-request", [Seed("request-0.der"), Seed("request-1.der")], [], RunSigningRequest, 1500),
        new("identity-token", [FuzzTargets.Octets(Token)], ["mesh1.", ".", "="], RunToken, 8000),
        new("bootstrap", [FuzzTargets.Octets(Bootstrap)], ["{", "}", "[", "]", "null", "\"", ":", "-1", "1e400", "127.0.0.1:99999", "\\u0000"], RunBootstrap, 5000),
    ];

    private const string Bootstrap = """
        {
          "controlPlane": { "address": "https://127.0.0.1:15010", "trustBundle": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "token": "mesh1.e30.AAAA" },
          "identity": "spiffe://test.local/ns/default/sa/orders", "service": "default/orders", "replica": "orders-1", "stateDirectory": "/nowhere",
          "listeners": { "inbound/mesh": "127.0.0.1:15006", "outbound/default/db/tcp": "localhost:0" }, "applications": { "http": "127.0.0.1:8080" },
          "admin": { "address": "127.0.0.1:15000", "token": "abc" }, "frontDoorHosts": ["a.example"], "developerIdentity": true, "telemetry": { "otlp": "http://127.0.0.1:4317" }
        }
        """;

    /// <summary>Whether the right inputs are taken for right: else nothing that is made of them says much.</summary>
    public static bool AreSeedsRight()
    {
        using var leaf = X509CertificateLoader.LoadCertificate(Seed("leaf.der"));
        return Tokens.TryVerify(Token, out _, out _)
            && SigningRequestReader.TryRead(Seed("request-0.der"), out _, out _)
            && SvidVerifier.Verify(leaf, [Intermediate], Roots, Domain, SvidRole.Client, Issued).IsValid;
    }

    private static void RunSpiffeId(byte[] input)
    {
        var text = FuzzTargets.Text(input);
        if (SpiffeId.TryParse(text, out var id))
        {
            if (id.Text != text || !SpiffeId.TryParse(id.Text, out var again) || again != id)
            {
                throw new InvalidOperationException($"'{text}' is read as '{id.Text}'.");
            }

            _ = id.TryGetService(out _);
        }

        _ = TrustDomain.TryParse(text, out _);
        _ = ServiceId.TryParse(text, ServiceId.DefaultNamespace, out _);
    }

    private static void RunCertificate(byte[] input)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(input);
            if (SvidVerifier.Verify(certificate, [Intermediate], Roots, Domain, SvidRole.Client, Issued).IsValid && !All[1].Seeds.Any(s => s.AsSpan().SequenceEqual(certificate.RawData)))
            {
                throw new InvalidOperationException("A certificate that nobody signed is trusted.");
            }

            _ = SvidRules.Check(certificate, Domain, SvidRole.Server);
        }
        catch (CryptographicException)
        {
            // It is no certificate: TLS ends there.
        }
    }

    private static void RunSigningRequest(byte[] input) => SigningRequestReader.TryRead(input, out _, out _);

    private static void RunToken(byte[] input)
    {
        var text = FuzzTargets.Text(input);
        if (Tokens.TryVerify(text, out _, out _) && text != Token)
        {
            throw new InvalidOperationException($"'{text}' was not issued and passes.");
        }
    }

    private static void RunBootstrap(byte[] input) => BootstrapReader.Parse(input, new BootstrapOverrides(), out _);

    private static byte[] Seed(string file) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Corpus", "seeds", file));

    private static IdentityTokens MakeTokens()
    {
        var folder = Directory.CreateTempSubdirectory("mesh-fuzz-");
        try
        {
            // The seal of the seed: made under a key of zeros in the first hour of 2026.
            var state = new ControlPlane.Store.StateDirectory(folder.FullName);
            state.Inside("authority").ReadOrCreate("token.key", () => new byte[32]);
            var settings = new ControlPlaneSettings { TrustDomain = Domain.Name, StateDirectory = folder.FullName };
            return new IdentityTokens(state, settings, new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
