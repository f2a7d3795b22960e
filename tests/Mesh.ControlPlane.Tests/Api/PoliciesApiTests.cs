using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.ControlPlane.Tests.Store;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ControlPlane.Tests.Api;

public sealed class PoliciesApiTests : IAsyncLifetime
{
    private const string Calm = "/api/v1/policies/Timeout/default/calm";

    private readonly TemporaryDirectory _directory = new();
    private ControlPlaneHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _directory.Write("policies/a.yaml", Documents.All(Documents.Service("storefront", "orders"), Documents.Service("orders"), Documents.Timeout("filed", "orders", "1s")));
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Apply_SeveralDocuments_AllAreThereAndSurviveARestart()
    {
        var answer = await PostAsync("/api/v1/policies", Documents.All(Documents.Timeout("calm", "orders", "5s"), Documents.Denial("stop", "orders", "payments")));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(["created", "created"], answer.Body.GetProperty("documents").EnumerateArray().Select(d => d.GetProperty("result").GetString()));
        await _host.DisposeAsync();
        await StartAsync();
        var policy = (await _host.GetAsync(Calm)).GetProperty("policy");
        Assert.Equal("api", policy.GetProperty("source").GetString());
        Assert.Equal("in force", policy.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Apply_IsAnsweredOnceItIsPublished_AndSoIsTheUndo()
    {
        var compiler = _host.Services.GetRequiredService<MeshCompiler>();

        await PostAsync("/api/v1/policies", Documents.Timeout("calm", "orders", "5s"));
        Assert.Contains(compiler.Current!.Configuration.Policies.All, p => p.Metadata.Name == "calm");

        await SendAsync(HttpMethod.Post, $"{Calm}/undo");
        Assert.DoesNotContain(compiler.Current!.Configuration.Policies.All, p => p.Metadata.Name == "calm");
    }

    [Fact]
    public async Task Apply_OneOfThreeIsWrong_WritesNothingAndListsEveryViolation()
    {
        var text = Documents.All(Documents.Timeout("calm", "orders", "5s"), Documents.Timeout("bad", "orders", "-5s"), Documents.Service("new"));

        var answer = await PostAsync("/api/v1/policies", text);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        var violations = answer.Body.GetProperty("violations").EnumerateArray().ToArray();
        Assert.Equal(["Timeout default/bad", "Service default/new"], violations.Select(v => v.GetProperty("document").GetString()));
        Assert.Contains("-5s", text.Split('\n')[violations[0].GetProperty("line").GetInt32() - 1], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Get, Calm)).Status);
        var audit = (await _host.GetAsync("/api/v1/audit")).GetProperty("events")[0];
        Assert.Equal("refused", audit.GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Apply_Json_ListOfDocuments_IsAccepted()
    {
        var json = """[{"apiVersion":"mesh.dev/v1alpha1","kind":"Timeout","metadata":{"name":"calm"},"spec":{"to":[{"targetRef":{"kind":"Service","name":"orders"},"default":{"request":"5s"}}]}}]""";

        var answer = await PostAsync("/api/v1/policies", json, "application/json");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Theory]
    [InlineData("", "application/yaml")]
    [InlineData("{ not json", "application/json")]
    [InlineData("a: [", "application/yaml")]
    public async Task Apply_Nonsense_IsRefusedAsProblem(string text, string type)
    {
        var answer = await PostAsync("/api/v1/policies", text, type);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.NotEmpty(answer.Body.GetProperty("violations").EnumerateArray());
    }

    [Fact]
    public async Task Apply_TargetThatDoesNotExist_IsAWarning()
    {
        var answer = await PostAsync("/api/v1/policies/validate", Documents.Denial("stop", "nowhere", "storefront"));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains("nowhere", answer.Body.GetProperty("warnings")[0].GetRawText(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Get, "/api/v1/policies/TrafficPermission/default/stop")).Status);
    }

    [Fact]
    public async Task Apply_SameNameAsAFile_ShadowsItUntilItIsDeleted()
    {
        await PostAsync("/api/v1/policies", Documents.Timeout("filed", "orders", "9s"));
        var shadowed = (await _host.GetAsync("/api/v1/policies/timeout/default/filed")).GetProperty("sources").EnumerateArray()
            .Single(s => s.GetProperty("source").GetString() == "policies");
        Assert.Equal("shadowed by api", shadowed.GetProperty("status").GetString());

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Delete, "/api/v1/policies/timeout/default/filed")).Status);
        var alone = await _host.GetAsync("/api/v1/policies/timeout/default/filed");
        Assert.Equal("policies", alone.GetProperty("policy").GetProperty("source").GetString());

        // What is in a file is removed there.
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync(HttpMethod.Delete, "/api/v1/policies/timeout/default/filed")).Status);
    }

    [Fact]
    public async Task Undo_OfAnApply_BringsTheLastVersionBackAndIsAudited()
    {
        await PostAsync("/api/v1/policies", Documents.Timeout("calm", "orders", "5s"));
        await PostAsync("/api/v1/policies", Documents.Timeout("calm", "orders", "6s"));

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Post, $"{Calm}/undo")).Status);

        Assert.Contains("5s", (await _host.GetAsync(Calm)).GetProperty("yaml").GetString(), StringComparison.Ordinal);
        var history = (await _host.GetAsync($"{Calm}/history")).GetProperty("versions").EnumerateArray().ToArray();
        Assert.Equal(["undo", "apply", "apply"], history.Select(h => h.GetProperty("action").GetString()));
        var audit = (await _host.GetAsync("/api/v1/audit")).GetProperty("events")[0];
        Assert.Equal(("admin", "undo", "Timeout default/calm"), (audit.GetProperty("who").GetString()!, audit.GetProperty("action").GetString()!, audit.GetProperty("target").GetString()!));
        Assert.Equal(history[1].GetProperty("hash").GetString(), audit.GetProperty("before").GetString());
        Assert.Equal(history[2].GetProperty("hash").GetString(), audit.GetProperty("after").GetString());
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Post, $"{Calm}/undo")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync(HttpMethod.Post, $"{Calm}/undo")).Status);
    }

    [Fact]
    public async Task Apply_WithoutChange_AddsNothingToTheHistory()
    {
        await PostAsync("/api/v1/policies", Documents.Timeout("calm", "orders", "5s"));

        var again = await PostAsync("/api/v1/policies", Documents.Timeout("calm", "orders", "5s"));

        Assert.Equal("unchanged", again.Body.GetProperty("documents")[0].GetProperty("result").GetString());
        Assert.Single((await _host.GetAsync($"{Calm}/history")).GetProperty("versions").EnumerateArray());
    }

    [Fact]
    public async Task Write_WithReadScope_IsForbidden()
    {
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync("/api/v1/policies", Documents.Timeout("calm", "orders", "5s"), token: ControlPlaneHost.ReaderToken)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(HttpMethod.Delete, Calm, token: ControlPlaneHost.ReaderToken)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("/api/v1/policies/validate", Documents.Timeout("calm", "orders", "5s"), token: ControlPlaneHost.ReaderToken)).Status);
    }

    [Fact]
    public async Task Services_WithoutReplicas_AreDown()
    {
        var service = (await _host.GetAsync("/api/v1/services")).GetProperty("services").EnumerateArray().Single(s => s.GetProperty("name").GetString() == "orders");

        Assert.Equal("down", service.GetProperty("health").GetString());
        Assert.Equal("spiffe://shop.local/ns/default/sa/orders", service.GetProperty("spiffeId").GetString());
        var callers = (await _host.GetAsync("/api/v1/services/default/orders")).GetProperty("callers")[0];
        Assert.Equal("storefront → orders", callers.GetProperty("allow")[0].GetProperty("origin").GetProperty("name").GetString());
    }

    [Fact]
    public async Task StatusPage_NamesWhatIsThereAndEncodesWhatUsersWrote()
    {
        await PostAsync("/api/v1/policies", Documents.Timeout("calm", "orders", "5s"));
        _directory.Write("policies/bad.yaml", "kind: <script>alert(1)</script>\n");
        await Eventually.IsAsync(async () => (await _host.GetAsync("/api/v1/sources")).GetProperty("files").GetArrayLength() == 2);

        var page = await _host.Http.GetStringAsync("/", TestContext.Current.CancellationToken);

        Assert.Contains("storefront", page, StringComparison.Ordinal);
        Assert.Contains("default/calm", page, StringComparison.Ordinal);
        Assert.Contains("policies/bad.yaml", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Equal(1, page.Split("<script").Length - 1);
    }

    [Fact]
    public async Task StatusPage_WithoutSession_LeadsToTheLoginPage()
    {
        using var browser = new HttpClient { BaseAddress = _host.Addresses.Api };
        browser.DefaultRequestHeaders.Accept.Add(new("text/html"));

        var answer = await browser.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("/login", answer.RequestMessage!.RequestUri!.AbsolutePath);
        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("Aspire's dashboard", page, StringComparison.Ordinal);
        Assert.Contains("mesh up", page, StringComparison.Ordinal);
    }

    private async Task StartAsync()
    {
        _host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(_directory));
        await _host.Services.GetRequiredService<MeshCompiler>().FirstPublished.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal("ready", await _host.Http.GetStringAsync("/healthz/ready", TestContext.Current.CancellationToken));
    }

    private Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, string text, string type = "application/yaml", string token = ControlPlaneHost.AdminToken) =>
        SendAsync(HttpMethod.Post, path, new StringContent(text, Encoding.UTF8, type), token);

    private async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, HttpContent? content = null, string token = ControlPlaneHost.AdminToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken));
    }
}
