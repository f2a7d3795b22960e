using Mesh.EndToEnd.Tests.Running;
using Mesh.Testing.Identity;

namespace Mesh.EndToEnd.Tests.Kinds;

/// <summary>Who may call, and what is called outside, over real processes.</summary>
[Collection("Trio")]
public sealed class AccessKindTests(KindsFixture kinds)
{
    [Fact]
    public async Task TrafficPermission_WithAToken_LetsPassWhomItsClaimsName()
    {
        var mesh = await kinds.MeshAsync();
        var front = mesh.App("front");
        using var issuer = new TestIssuer();
        using var stranger = new TestIssuer();
        var now = TimeProvider.System.GetUtcNow();
        var before = await CallAsync(null);
        await using var policy = await mesh.WritePolicyAsync("tokens.yaml", TestMesh.Policy("TrafficPermission", "ledger", $$"""
            targetRef: { kind: Service, name: next, sectionName: http }
            jwtProviders:
            - name: accounts
              issuer: {{TestIssuer.Name}}
              audiences: [orders]
              jwks: { inline: '{{issuer.Keys}}' }
            rules:
            - default:
                allowOnly:
                - { service: front, jwt: { provider: accounts, claims: [{ path: [team], values: [ledger] }] } }
            """));

        var without = await KindsFixture.UntilAsync(() => CallAsync(null), r => r.Status == 401);
        var other = await CallAsync(issuer.Token(now, more: "\"team\":\"shop\","));
        var forged = await CallAsync(stranger.Token(now, more: "\"team\":\"ledger\","));
        var right = await CallAsync(issuer.Token(now, more: "\"team\":\"ledger\","));

        Assert.Equal((200, 401, 403, 401, 200), (before.Status, without.Status, other.Status, forged.Status, right.Status));
        Assert.StartsWith("token_required; hop=next-0", without.Header("mesh-error"), StringComparison.Ordinal);
        Assert.StartsWith("permission_denied; hop=next-0", other.Header("mesh-error"), StringComparison.Ordinal);
        Assert.StartsWith("token_invalid; hop=next-0", forged.Header("mesh-error"), StringComparison.Ordinal);

        Task<CallResult> CallAsync(string? token) => front.CallAsync("{NEXT_HTTP}/who", headers: token is null ? null : new() { ["Authorization"] = $"Bearer {token}" });
    }

    [Fact]
    public async Task ExternalService_WithTlsAndACertificate_IsReachedByAnAppThatSpeaksPlainly()
    {
        var mesh = await kinds.MeshAsync();
        var front = mesh.App("front");
        var before = await front.CallAsync("{BANK_API}/accounts");
        await using var bank = await mesh.WritePolicyAsync("bank.yaml", $$"""
            apiVersion: mesh.dev/v1alpha1
            kind: ExternalService
            metadata: { name: bank }
            spec:
              ports:
              - name: api
                protocol: http
                host: localhost
                port: {{kinds.Bank.Port}}
                tls:
                  ca: { file: {{kinds.Bank.CaFile}} }
                  clientCertificate: { certificateFile: {{kinds.Bank.Client.CertificateFile}}, keyFile: {{kinds.Bank.Client.KeyFile}} }
            """);

        var answer = await KindsFixture.UntilAsync(() => front.CallAsync("{BANK_API}/accounts"), r => r.Status == 200);

        Assert.NotEqual(200, before.Status);
        Assert.Equal($"https /accounts {kinds.Bank.Client.Certificate.Thumbprint}", answer.Body);
    }
}
