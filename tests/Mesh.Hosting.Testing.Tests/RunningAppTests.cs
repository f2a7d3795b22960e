using System.Diagnostics;
using System.Net;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Testing.Tests;

/// <summary>All that an app team's tests are offered, on the real orchestrator.</summary>
public sealed class RunningAppTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private const string StorefrontMayPay = """
        apiVersion: mesh.dev/v1alpha1
        kind: TrafficPermission
        metadata: { name: storefront-may-pay }
        spec:
          targetRef: { kind: Service, name: payments }
          rules:
            - default: { allow: [{ service: storefront }] }
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CreateMeshClient_DeclaredEdge_CallsThroughTheCallersSidecar()
    {
        var app = (await shared.LiveAsync()).App;
        using var orders = app.CreateMeshClient("storefront", "orders");

        await using (await app.ApplyMeshPolicyAsync(Denial("orders", "storefront"), Cancellation))
        {
            using var denied = await orders.GetAsync("/who", Cancellation);
            Assert.Equal(HttpStatusCode.Forbidden, denied.StatusCode);
            Assert.Equal("permission_denied", denied.GetMeshError()?.Code);
            Assert.Contains("no-orders", denied.GetMeshError()?.Policy, StringComparison.Ordinal);
        }

        using var answer = await orders.GetAsync("/who", Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Null(answer.GetMeshError());
        Assert.Equal("orders-0", Assert.Single(answer.Headers.GetValues("x-replica")));
    }

    [Fact]
    public async Task Explain_OfARunningApp_HearsWhatWasApplied_InTestsAndInTheDashboard()
    {
        var app = (await shared.LiveAsync()).App;
        var commands = app.Services.GetRequiredService<ResourceCommandService>();
        var mesh = app.Services.GetRequiredService<DistributedApplicationModel>().Resources.OfType<MeshResource>().Single();
        var inputs = mesh.Annotations.OfType<ResourceCommandAnnotation>().Single(c => c.Name == "mesh-explain").Arguments;
        var simulated = await app.SimulateMeshAsync(Cancellation);

        await using (await app.ApplyMeshPolicyAsync(Denial("orders", "storefront"), Cancellation))
        {
            var live = await app.ExplainMeshCallAsync("storefront", "orders", cancellationToken: Cancellation);
            Assert.Equal("permission_denied", live.Error);
            var shown = await commands.ExecuteCommandAsync(mesh, "mesh-explain", Filled(("caller", "default/storefront"), ("callee", "default/orders/http"), ("headers", "x-beta=1; tenant=7")), Cancellation);
            Assert.True(shown.Success, shown.Message);
            Assert.Equal("default/orders/http is not reached: permission_denied", shown.Message);
            Assert.Contains("no-orders", shown.Data?.Value, StringComparison.Ordinal);
            var wrong = await commands.ExecuteCommandAsync(mesh, "mesh-explain", Filled(("caller", "default/storefront"), ("callee", "default/orders/http"), ("headers", "beta")), Cancellation);
            Assert.False(wrong.Success);
        }

        Assert.True((await app.ExplainMeshCallAsync("storefront", "orders", cancellationToken: Cancellation)).Passes);
        Assert.True(simulated.Explain("storefront", "orders").Passes);

        InteractionInputCollection Filled(params (string Name, string Value)[] values) => new(
        [
            .. inputs.Select(input => new InteractionInput { Name = input.Name, InputType = input.InputType, Options = input.Options, Value = values.FirstOrDefault(v => v.Name == input.Name).Value ?? input.Value }),
        ]);
    }

    [Fact]
    public async Task DashboardCommands_ThatAskTheMesh_AnswerWithWhatIsInForce()
    {
        var app = (await shared.LiveAsync()).App;
        await using var policy = await app.ApplyMeshPolicyAsync(Timeout("20s"), Cancellation);

        Assert.EndsWith("nothing is wrong with them.", (await CommandAsync("mesh", "mesh-reload")).Message, StringComparison.Ordinal);
        Assert.Contains("orders-in-time", await DataAsync("storefront", "mesh-settings"), StringComparison.Ordinal);
        Assert.Contains("/ns/default/sa/orders", await DataAsync("mesh", "mesh-permissions"), StringComparison.Ordinal);
        Assert.Contains("outbound/default/orders/http", await DataAsync("mesh", "mesh-configuration"), StringComparison.Ordinal);
        Assert.Contains("outbound/default/orders/http", await DataAsync("storefront-mesh", "mesh-configuration"), StringComparison.Ordinal);
        Assert.DoesNotContain("outbound/default/orders/http", await DataAsync("payments", "mesh-configuration"), StringComparison.Ordinal);

        async Task<ExecuteCommandResult> CommandAsync(string resource, string command)
        {
            var result = await app.ResourceCommands.ExecuteCommandAsync(resource, command, Cancellation);
            Assert.True(result.Success, $"{resource} {command}: {result.Message}");
            return result;
        }

        async Task<string?> DataAsync(string resource, string command) => (await CommandAsync(resource, command)).Data?.Value;
    }

    [Fact]
    public async Task DashboardCommands_DrainAndUndrain_TakeAServiceOutOfTheMeshAndBackIn()
    {
        var app = (await shared.LiveAsync()).App;
        using var payments = app.CreateMeshClient("orders", "payments");

        Assert.Equal("payments-0 takes no new work from other services until 'Take work again', which restarts its sidecar.", (await app.ResourceCommands.ExecuteCommandAsync("payments", "mesh-drain", Cancellation)).Message);
        await app.ResourceNotifications.WaitForResourceAsync("payments-mesh", e => Undrain(e.Snapshot) == ResourceCommandState.Enabled, Cancellation).WaitAsync(Limit, Cancellation);
        Assert.Equal("no_endpoints", await Mesh.Testing.Eventually.IsAsync(ErrorAsync, "no_endpoints", Limit));

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("payments-mesh", "mesh-undrain", Cancellation)).Success);
        await app.ResourceNotifications.WaitForResourceAsync("payments-mesh", e => Undrain(e.Snapshot) == ResourceCommandState.Hidden && e.Snapshot.HealthStatus is Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy, Cancellation).WaitAsync(Limit, Cancellation);
        await app.WaitForMeshAsync(cancellationToken: Cancellation);
        await SharedApp.ReachesAsync(payments);
        using var answer = await payments.GetAsync("/who", Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        async Task<string?> ErrorAsync()
        {
            using var response = await payments.GetAsync("/who", Cancellation);
            return response.GetMeshError()?.Code;
        }

        static ResourceCommandState? Undrain(CustomResourceSnapshot snapshot) => snapshot.Commands.FirstOrDefault(c => c.Name == "mesh-undrain")?.State;
    }

    [Fact]
    public async Task CreateMeshClient_UndeclaredEdge_IsDeniedAndCounted()
    {
        var app = (await shared.LiveAsync()).App;
        using var payments = app.CreateMeshClient("storefront", "payments");
        var before = await DenialsAsync(app);

        using var answer = await payments.GetAsync("/who", Cancellation);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(("permission_denied", "payments-0"), (answer.GetMeshError()?.Code, answer.GetMeshError()?.Hop));

        // It is counted once the answer is out, so a moment after it came.
        await CountedAsync().WaitAsync(Limit, Cancellation);

        async Task CountedAsync()
        {
            while (await DenialsAsync(app) <= before)
            {
                Cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    [Fact]
    public async Task InjectMeshFault_IsMadeForItsLengthOnly()
    {
        var app = (await shared.LiveAsync()).App;
        using var orders = app.CreateMeshClient("storefront", "orders");

        for (var i = 0; i < 3; i++)
        {
            await using (var fault = await app.InjectMeshFaultAsync("orders", f => f.Delay(TimeSpan.FromMilliseconds(1)).Abort(418).When("/who"), caller: "storefront", cancellationToken: Cancellation))
            {
                using var aborted = await orders.GetAsync("/who", Cancellation);
                Assert.Equal(((HttpStatusCode)418, "fault_injected"), (aborted.StatusCode, aborted.GetMeshError()?.Code));
                Assert.Contains(fault.Id, aborted.GetMeshError()?.Policy, StringComparison.Ordinal);
                using var other = await orders.GetAsync("/slow/0", Cancellation);
                Assert.Null(other.GetMeshError());
            }

            using var answer = await orders.GetAsync("/who", Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task InjectMeshFault_ThatWouldHitNothing_SaysWhy()
    {
        var app = (await shared.LiveAsync()).App;

        var error = await Assert.ThrowsAsync<ArgumentException>(() => app.InjectMeshFaultAsync("payments", f => f.Abort(5030), caller: "storefront", cancellationToken: Cancellation));
        Assert.Contains("abort.httpStatus: must be between 200 and 599 but is 5030", error.Message, StringComparison.Ordinal);

        error = await Assert.ThrowsAsync<ArgumentException>(() => app.InjectMeshFaultAsync("payments", f => f.Abort(503), caller: "storefront", cancellationToken: Cancellation));
        Assert.Contains("does not use", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ApplyMeshPolicy_Permission_IsInForceForItsLengthOnly()
    {
        var app = (await shared.LiveAsync()).App;
        using var payments = app.CreateMeshClient("storefront", "payments");

        for (var i = 0; i < 5; i++)
        {
            await using (await app.ApplyMeshPolicyAsync(StorefrontMayPay, Cancellation))
            {
                using var allowed = await payments.GetAsync("/who", Cancellation);
                Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
                Assert.Contains(await app.GetMeshPermissionsAsync("payments", Cancellation), p => p.Origin.Contains("storefront-may-pay", StringComparison.Ordinal));
            }

            using var denied = await payments.GetAsync("/who", Cancellation);
            Assert.Equal(HttpStatusCode.Forbidden, denied.StatusCode);
        }

        var permission = Assert.Single(await app.GetMeshPermissionsAsync("payments", Cancellation));
        Assert.Equal(("http", "allow"), (permission.Endpoint, permission.Effect));
        Assert.EndsWith("/ns/default/sa/orders", Assert.Single(permission.Callers), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ApplyMeshPolicy_AnotherOfTheSameName_ComesBackWhenItIsOver()
    {
        var app = (await shared.LiveAsync()).App;
        using var orders = app.CreateMeshClient("storefront", "orders");

        await using (await app.ApplyMeshPolicyAsync(Timeout("500ms"), Cancellation))
        {
            await using (await app.ApplyMeshPolicyAsync(Timeout("20s"), Cancellation))
            {
                Assert.Equal("20s", await RequestTimeoutAsync(app));
            }

            Assert.Equal("500ms", await RequestTimeoutAsync(app));
            using var late = await orders.GetAsync("/slow/30000", Cancellation);
            Assert.Equal((HttpStatusCode.GatewayTimeout, "request_timeout"), (late.StatusCode, late.GetMeshError()?.Code));
        }

        Assert.Null(await RequestTimeoutAsync(app));
    }

    [Fact]
    public async Task ApplyMeshPolicy_Wrong_NamesEveryViolationWithItsLine()
    {
        var app = (await shared.LiveAsync()).App;

        var error = await Assert.ThrowsAsync<ArgumentException>(() => app.ApplyMeshPolicyAsync(Timeout("-5s"), Cancellation));

        Assert.Contains("line ", error.Message, StringComparison.Ordinal);
        Assert.Contains("-5s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CreateMeshClient_WrongNames_SaysWhichThereAre()
    {
        var app = (await shared.LiveAsync()).App;

        Assert.Contains("orders, payments, storefront", Assert.Throws<ArgumentException>(() => app.CreateMeshClient("shop", "orders")).Message, StringComparison.Ordinal);
        Assert.Contains("it has http", Assert.Throws<ArgumentException>(() => app.CreateMeshClient("storefront", "orders", "grpc")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WaitForMesh_ASidecarIsStopped_SaysWhichAndItStaysStopped()
    {
        var app = (await shared.LiveAsync()).App;
        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("payments-mesh", KnownResourceCommands.StopCommand, Cancellation)).Success);
        await app.ResourceNotifications.WaitForResourceAsync("payments-mesh", KnownResourceStates.TerminalStates, Cancellation).WaitAsync(Limit, Cancellation);

        var error = await Assert.ThrowsAsync<TimeoutException>(() => app.WaitForMeshAsync(TimeSpan.FromSeconds(3), Cancellation));

        Assert.Contains("payments-mesh: has not reached the control plane yet (process: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("orders-mesh", error.Message, StringComparison.Ordinal);
        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("payments-mesh", KnownResourceCommands.StartCommand, Cancellation)).Success);
        await app.WaitForMeshAsync(cancellationToken: Cancellation);
    }

    [Fact]
    public async Task Sidecar_Killed_IsAFailureThatIsSeenAndComesBackHealthy()
    {
        var app = (await shared.LiveAsync()).App;
        await app.ResourceNotifications.WaitForResourceHealthyAsync("orders-mesh", Cancellation).WaitAsync(Limit, Cancellation);
        Assert.True(app.ResourceNotifications.TryGetCurrentState("orders-mesh", out var before));
        var pid = (int)Convert.ToInt64(before.Snapshot.Properties.Single(p => p.Name == "executable.pid").Value, System.Globalization.CultureInfo.InvariantCulture);

        var seen = app.ResourceNotifications.WaitForResourceAsync("orders-mesh", e => e.Snapshot.State?.Style == KnownResourceStateStyles.Error, Cancellation);
        using (var process = Process.GetProcessById(pid))
        {
            process.Kill();
        }

        var dead = await seen.WaitAsync(Limit, Cancellation);
        Assert.Equal(KnownResourceStates.Exited, dead.Snapshot.State?.Text);
        Assert.Contains("it last said", (string?)dead.Snapshot.Properties.Single(p => p.Name == "mesh.failure").Value, StringComparison.Ordinal);

        await app.ResourceNotifications.WaitForResourceAsync("orders-mesh", e => e.Snapshot.State?.Text == KnownResourceStates.Running && e.Snapshot.HealthStatus is Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy, Cancellation).WaitAsync(Limit, Cancellation);
        await app.WaitForMeshAsync(cancellationToken: Cancellation);
        using var orders = app.CreateMeshClient("storefront", "orders");
        await SharedApp.ReachesAsync(orders);
        using var answer = await orders.GetAsync("/who", Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<long> DenialsAsync(DistributedApplication app) => (await app.GetMeshErrorsAsync("payments", Cancellation))
        .Where(e => e is { Direction: "inbound", Code: "permission_denied" } && e.Caller.Contains("storefront", StringComparison.Ordinal))
        .Sum(e => e.Count);

    private static async Task<string?> RequestTimeoutAsync(DistributedApplication app) =>
        (await app.GetMeshSettingsAsync("storefront", Cancellation)).SingleOrDefault(s => s.Setting == "timeout.request")?.Value;

    private static string Denial(string service, string caller) => $$"""
        apiVersion: mesh.dev/v1alpha1
        kind: TrafficPermission
        metadata: { name: no-{{service}} }
        spec:
          targetRef: { kind: Service, name: {{service}} }
          rules:
            - default: { deny: [{ service: {{caller}} }] }
        """;

    private static string Timeout(string request) => $$"""
        apiVersion: mesh.dev/v1alpha1
        kind: Timeout
        metadata: { name: orders-in-time }
        spec:
          to:
            - targetRef: { kind: Service, name: orders }
              default: { request: {{request}} }
        """;
}
