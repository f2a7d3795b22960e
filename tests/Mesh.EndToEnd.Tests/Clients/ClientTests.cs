using System.Globalization;

namespace Mesh.EndToEnd.Tests.Clients;

/// <summary>gRPC of Node.js and Python without a proxy, client and server, driven by the control plane through their sidecars' relays.</summary>
public sealed class ClientTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    private const int PermissionDenied = 7;
    private const int Unavailable = 14;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private const string NextIsAllowed = """
        apiVersion: mesh.dev/v1alpha1
        kind: TrafficPermission
        metadata: { name: next }
        spec: { targetRef: { kind: Service, name: orders-next }, rules: [{ default: { allow: [{ service: caller }] } }] }
        """;

    private const string CallerIsDenied = """
        apiVersion: mesh.dev/v1alpha1
        kind: TrafficPermission
        metadata: { name: orders }
        spec: { targetRef: { kind: Service, name: orders }, rules: [{ default: { deny: [{ service: caller }] } }] }
        """;

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task Calls_ToAServerThatIsItsOwnDoor_AreAnswered(string runtime)
    {
        var mesh = await MeshAsync();
        var client = await mesh.ClientAsync(runtime);

        await client.UntilAsync(20, answers => answers.AreAllFrom("orders-1"), Soon);
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task Calls_ToAServerBehindItsSidecar_PassItsMeshDoor(string runtime)
    {
        var mesh = await MeshAsync();
        var client = await mesh.ClientAsync(runtime, "grpc.behind.default");

        await client.UntilAsync(20, answers => answers.AreAllFrom("behind-1"), Soon);
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task Weights_ChangedWhileItRuns_AreFollowed(string runtime)
    {
        var mesh = await MeshAsync(NextIsAllowed, Split(3, 1));
        var client = await mesh.ClientAsync(runtime);

        await client.UntilAsync(200, answers => answers.AreFrom("orders-1", "next-1") && answers.From["next-1"] is > 20 and < 90, Soon);
        await mesh.PoliciesAsync(NextIsAllowed, Split(0, 1));
        await client.UntilAsync(50, answers => answers.AreAllFrom("next-1"), Soon);
        await mesh.PoliciesAsync(NextIsAllowed, Split(1, 0));
        await client.UntilAsync(50, answers => answers.AreAllFrom("orders-1"), Soon);
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task Caller_WithoutAnEdge_IsDeniedByTheServerItself(string runtime)
    {
        var mesh = await MeshAsync(Split(0, 1));
        var client = await mesh.ClientAsync(runtime);

        await client.UntilAsync(10, answers => answers.AreAll(PermissionDenied), Soon);
        await mesh.PoliciesAsync(Split(0, 1), NextIsAllowed);
        await client.UntilAsync(10, answers => answers.AreAllFrom("next-1"), Soon);
        await mesh.PoliciesAsync(CallerIsDenied);
        await client.UntilAsync(10, answers => answers.AreAll(PermissionDenied), Soon);
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task Replicas_ThatComeAndGo_AreFollowed(string runtime)
    {
        var mesh = await MeshAsync();
        var client = await mesh.ClientAsync(runtime);
        await client.UntilAsync(20, answers => answers.AreAllFrom("orders-1"), Soon);

        var replica = $"orders-{runtime}";
        await mesh.StartReplicaAsync("orders", replica, Runtime.Prefer("python"));
        await client.UntilAsync(40, answers => answers.AreFrom("orders-1", replica), Soon);
        await mesh.KillReplicaAsync(replica);
        await client.UntilAsync(20, answers => answers.AreAllFrom("orders-1"), Soon);
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task Server_WithAnothersCertificate_IsRefused(string runtime)
    {
        var mesh = await MeshAsync();
        var client = await mesh.ClientAsync(runtime);
        await client.UntilAsync(20, answers => answers.AreAllFrom("orders-1"), Soon);

        // At the address of orders-1, but with the certificate of orders-next.
        await mesh.KillServerAsync("orders-1");
        await mesh.StartServerAsync("orders-1", Runtime.Prefer("python"), identity: "next-1");
        await client.UntilAsync(5, answers => answers.AreAll(Unavailable), Soon);
        var refused = await client.CallAsync(5);
        Assert.True(refused.AreAll(Unavailable), refused.ToString());

        await mesh.KillServerAsync("orders-1");
        await mesh.StartServerAsync("orders-1", Runtime.Prefer("node"), identity: "orders-1");
        await client.UntilAsync(20, answers => answers.AreAllFrom("orders-1"), Soon);
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task Service_DeletedAndDeclaredAgain_AnswersAgain(string runtime)
    {
        var mesh = await MeshAsync();
        var client = await mesh.ClientAsync(runtime);
        await client.UntilAsync(20, answers => answers.AreAllFrom("orders-1"), Soon);

        mesh.Withdraw("orders");
        await client.UntilAsync(5, answers => answers.From.Count == 0, Soon);
        await mesh.DeclareAsync("orders", "{ ports: [{ name: grpc, protocol: grpc }] }");
        await client.UntilAsync(20, answers => answers.AreAllFrom("orders-1"), Soon);
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task ControlPlane_Restarted_IsNotMissedAndFollowedAgain(string runtime)
    {
        var mesh = await MeshAsync();
        var client = await mesh.ClientAsync(runtime);
        await client.UntilAsync(20, answers => answers.AreAllFrom("orders-1"), Soon);

        await mesh.KillControlPlaneAsync();
        var away = await client.CallAsync(50);
        await mesh.StartControlPlaneAsync();
        var back = await client.CallAsync(50);
        Assert.True(away.AreAllFrom("orders-1") && back.AreAllFrom("orders-1"), $"away: {away}\nback: {back}");

        await mesh.PoliciesAsync(NextIsAllowed, Split(0, 1));
        await client.UntilAsync(20, answers => answers.AreAllFrom("next-1"), Soon);
    }

    private static string Split(int orders, int next) => string.Create(CultureInfo.InvariantCulture, $$"""
        apiVersion: mesh.dev/v1alpha1
        kind: HttpRoute
        metadata: { name: split }
        spec:
          targetRef: { kind: Mesh }
          to:
          - targetRef: { kind: Service, name: orders }
            rules: [{ default: { backendRefs: [{ name: orders, weight: {{orders}} }, { name: orders-next, weight: {{next}} }] } }]
        """);

    private async Task<ClientMesh> MeshAsync(params string[] policies)
    {
        var mesh = await fixture.MeshAsync();
        await mesh.PoliciesAsync(policies);
        return mesh;
    }
}
