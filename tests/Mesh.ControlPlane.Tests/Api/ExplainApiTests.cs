using System.Net;
using System.Text;
using System.Text.Json;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.ControlPlane.Tests.Store;
using Mesh.Testing;

namespace Mesh.ControlPlane.Tests.Api;

public sealed class ExplainApiTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private ControlPlaneHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _directory.Write("policies/a.yaml", Documents.All(Documents.Service("storefront", "orders"), Documents.Service("orders")));
        _host = await ControlPlaneHost.StartPublishedAsync(ControlPlaneHost.Settings(_directory));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Explain_Request_SaysWhatIsInForceNow_FaultsToo()
    {
        using var begun = await _host.Http.PostAsync("/api/v1/faults", Json("""{"to": "orders/http", "duration": "10m", "abort": {"httpStatus": 503}}"""), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, begun.StatusCode);

        var (status, body) = await ExplainAsync("""{"caller": "storefront", "callee": "orders", "method": "post", "path": "/x"}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.True(body.GetProperty("passes").GetBoolean());
        Assert.Equal(["edge", "route", "fault", "timeout", "retry"], body.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("topic").GetString()));
        Assert.Equal("allowed", body.GetProperty("backends")[0].GetProperty("steps").EnumerateArray().Single(s => s.GetProperty("topic").GetString() == "permission").GetProperty("decision").GetString());
    }

    [Theory]
    [InlineData("""{"caller": "nobody", "callee": "orders"}""", "is no service")]
    [InlineData("""{"caller": "storefront", "callee": "orders", "verb": "GET"}""", "is not a field here")]
    [InlineData("[]", "must be one JSON object")]
    [InlineData("{", "must be one JSON object")]
    [InlineData("""{"caller": "storefront", "callee": "orders", "caller": "orders"}""", "no name twice")]
    [InlineData("""{"caller": "storefront", "callee": "orders", "headers": {"x-beta": "1", "x-beta": "2"}}""", "no name twice")]
    [InlineData("""{"caller": "storefront", "callee": "orders", "keys": {"keys": [], "keys": []}}""", "no name twice")]
    [InlineData("""{"caller": "storefront", "callee": "orders", "keys": "{\"keys\": [], \"keys\": []}"}""", "must be a JSON Web Key Set")]
    public async Task Explain_WrongRequest_IsRefusedWithTheCure(string request, string expected)
    {
        var (status, body) = await ExplainAsync(request);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains(expected, body.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diff_ProposedPolicies_AreComparedAndNotWritten()
    {
        const string Proposed = """
            apiVersion: mesh.dev/v1alpha1
            kind: Timeout
            metadata: {name: proposed, declaredAt: {"spec.to[0]": "proposed/t.yaml:7"}}
            spec: {to: [{targetRef: {kind: Service, name: orders}, default: {request: 2s}}]}
            """;
        using var answer = await _host.Http.PostAsync("/api/v1/diff", new StringContent(Proposed, Encoding.UTF8, "application/yaml"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var change = Assert.Single(body.RootElement.GetProperty("changes").EnumerateArray());
        Assert.Equal(("timeout.request", "2s", "proposed/t.yaml:7"), (change.GetProperty("setting").GetString(), change.GetProperty("after").GetString(), change.GetProperty("afterOrigin").GetProperty("location").GetString()));
        Assert.Contains(body.RootElement.GetProperty("warnings").EnumerateArray(), w => w.GetProperty("rule").GetString() == "MESH165");
        Assert.Empty((await _host.GetAsync("/api/v1/policies")).GetProperty("policies").EnumerateArray());
        Assert.Empty((await _host.GetAsync("/api/v1/lint")).GetProperty("findings").EnumerateArray());
    }

    [Fact]
    public async Task Shadow_RehearsedPolicy_IsListedWithWhatItWouldChange()
    {
        const string Rehearsed = """
            apiVersion: mesh.dev/v1alpha1
            kind: TrafficPermission
            metadata: {name: strict, labels: {mesh.dev/effect: shadow}}
            spec: {targetRef: {kind: Service, name: orders}, rules: [{default: {deny: [{service: storefront}]}}]}
            """;
        using var applied = await _host.Http.PostAsync("/api/v1/policies", new StringContent(Rehearsed, Encoding.UTF8, "application/yaml"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, applied.StatusCode);
        await Eventually.IsAsync(async () => (await _host.GetAsync("/api/v1/shadow")).GetProperty("policies").GetArrayLength() == 1, "the policy is compiled");
        var shadow = await _host.GetAsync("/api/v1/shadow");

        Assert.Equal("deny", Assert.Single(shadow.GetProperty("changes").EnumerateArray()).GetProperty("setting").GetString());
        Assert.Equal("rehearsed", Assert.Single((await _host.GetAsync("/api/v1/policies")).GetProperty("policies").EnumerateArray()).GetProperty("status").GetString());
        var (_, explained) = await ExplainAsync("""{"caller": "storefront", "callee": "orders"}""");
        Assert.True(explained.GetProperty("passes").GetBoolean());
        Assert.Contains("permission_denied", explained.GetProperty("shadow")[0].GetString(), StringComparison.Ordinal);
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> ExplainAsync(string request)
    {
        using var answer = await _host.Http.PostAsync("/api/v1/explain", Json(request), TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (answer.StatusCode, document.RootElement.Clone());
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
