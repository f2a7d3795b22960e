using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Mesh.Testing;

namespace Mesh.Hosting.Testing.Tests;

/// <summary>What an AppHost's mesh would do, asked without starting anything.</summary>
public sealed class SimulatedMeshTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly IDistributedApplicationTestingBuilder _builder = DistributedApplicationTestingBuilder.Create([], (options, _) => options.DisableDashboard = true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("storefront", "orders", "GET", "/orders/7", true, null)]
    [InlineData("storefront", "orders", "DELETE", "/orders/7", false, "permission_denied")]
    [InlineData("orders", "payments", "POST", "/charge", true, null)]
    [InlineData("orders", "payments", "POST", "/refund", false, "permission_denied")]
    [InlineData("storefront", "payments", "POST", "/charge", false, "no_edge")]
    [InlineData("developer", "payments", "GET", "/", true, null)]
    public async Task Explain_ARequest_SaysWhatTheAppHostSays(string caller, string callee, string method, string path, bool passes, string? error)
    {
        Shop();
        var mesh = await _builder.SimulateMeshAsync(Cancellation);

        var explanation = mesh.Explain(caller, callee, method, path);

        Assert.True(explanation.Passes == passes, explanation.Text);
        Assert.Equal(error, explanation.Error);
    }

    [Fact]
    public async Task Explain_ARefusal_NamesTheLineThatIsTheCause()
    {
        Shop();
        var mesh = await _builder.SimulateMeshAsync(Cancellation);

        var explanation = mesh.Explain("storefront", "orders", "DELETE", "/orders/7");

        var decision = explanation.Decisions.Single(d => d.Ends);
        Assert.Equal(("default/orders", "permission", "refused"), (decision.Sidecar, decision.Topic, decision.Decision));
        Assert.Matches(@"^TrafficPermission default/orders rules\[0\].*SimulatedMeshTests\.cs:\d+\)$", decision.Origin);
        Assert.Contains("default/storefront → default/orders/http  DELETE /orders/7\n✗ default/orders/http is not reached: permission_denied", explanation.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_CallThatACallbackDeclaresByAnAddress_Passes_HoweverOftenItIsAsked()
    {
        _builder.AddMesh();
        var orders = _builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint();
        _builder.AddExecutable("storefront", "storefront", ".").WithHttpEndpoint().WithEnvironment(c => c.EnvironmentVariables["ORDERS"] = orders.GetEndpoint("http").Url);

        var (first, second) = (await _builder.SimulateMeshAsync(Cancellation), await _builder.SimulateMeshAsync(Cancellation));

        Assert.All([first, second], mesh => Assert.True(mesh.Explain("storefront", "orders").Passes));
    }

    [Fact]
    public async Task Explain_PolicyFiles_AreHeard()
    {
        _folder.File("policies/canary.yaml", """
            apiVersion: mesh.dev/v1alpha1
            kind: HttpRoute
            metadata: { name: canary }
            spec:
              to:
              - targetRef: { kind: Service, name: orders }
                rules:
                - matches: [{ headers: [{ name: x-beta, value: "1" }] }]
                  default: { backendRefs: [{ name: payments }] }
                - default: { backendRefs: [{ name: orders, weight: 75 }, { name: payments, weight: 25 }] }
            """);
        Shop(Path.Combine(_folder.Path, "policies"));
        var mesh = await _builder.SimulateMeshAsync(Cancellation);

        var split = mesh.Explain("storefront", "orders");
        var beta = mesh.Explain("storefront", "orders", configure: call => call.Headers["x-beta"] = "1");

        Assert.Equal([("default/orders/http", 75d), ("default/payments/http", 25d)], split.Backends.Select(b => (b.Key, b.Value)));
        Assert.Equal(["default/payments/http"], beta.Backends.Keys);
        Assert.Contains(mesh.Warnings, w => w.Contains("policies/canary.yaml", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Simulate_FilesWithMistakes_AreAllNamed()
    {
        _folder.File("policies/a.yaml", "apiVersion: mesh.dev/v1alpha1\nkind: Timeout\nmetadata: { name: a }\nspec: { to: [{ default: { request: soon } }] }\n");
        _folder.File("policies/b.yaml", "kind: Nothing\n");
        Shop(Path.Combine(_folder.Path, "policies"));

        var wrong = await Assert.ThrowsAsync<InvalidOperationException>(() => _builder.SimulateMeshAsync(Cancellation));

        Assert.Contains("policies/a.yaml", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("policies/b.yaml", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_ResourceThatIsNotThere_SaysWhichAre()
    {
        Shop();
        await using var app = await _builder.BuildAsync(Cancellation);
        var mesh = await app.SimulateMeshAsync(Cancellation);

        var wrong = Assert.Throws<ArgumentException>(() => mesh.Explain("storefrnt", "orders"));

        Assert.Contains("did you mean default/storefront?", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Simulate_WithoutAMesh_NamesTheCall() =>
        Assert.Contains("AddMesh", (await Assert.ThrowsAsync<InvalidOperationException>(() => _builder.SimulateMeshAsync(Cancellation))).Message, StringComparison.Ordinal);

    private void Shop(string? policies = null)
    {
        var mesh = _builder.AddMesh(configure: options => options.PoliciesDirectory = policies);
        var payments = _builder.AddExecutable("payments", "payments", ".").WithHttpEndpoint();
        var orders = _builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint().WithReference(payments.GetEndpoint("http"));
        var storefront = _builder.AddExecutable("storefront", "storefront", ".").WithHttpEndpoint().WithReference(orders.GetEndpoint("http"));
        mesh.Deny(storefront, orders, r => r.Methods = ["DELETE"]);
        mesh.AllowOnly(orders, payments, r => (r.Methods, r.Paths) = (["POST"], ["/charge"]));
    }
}
