using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Model.Bootstrap;

namespace Mesh.ControlPlane.Tests.Api;

public sealed class AuthorityApiTests : IAsyncLifetime
{
    private const string Authority = "/api/v1/authority";
    private const string Rotate = "/api/v1/authority/rotate";

    private readonly TemporaryDirectory _directory = new();
    private ControlPlaneHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(_directory));

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Rotate_AddSwitchRetire_ReplacesTheRootAndIsAudited()
    {
        var first = Assert.Single(Roots(await _host.GetAsync(Authority)));
        Assert.Equal("Active", first.State);

        var added = await StepAsync("add");
        Assert.Equal((HttpStatusCode.OK, "Active, Incoming"), (added.Status, States(added.Body)));
        var second = Roots(added.Body).Single(root => root.Id != first.Id);
        Assert.Equal(2, (await _host.GetAsync("/api/v1/trust-bundle")).GetProperty("roots").GetArrayLength());

        var switched = await StepAsync("switch", force: true);
        Assert.Equal((HttpStatusCode.OK, "Active, Outgoing"), (switched.Status, States(switched.Body)));
        Assert.Equal("Active", Roots(switched.Body).Single(root => root.Id == second.Id).State);

        var retired = await StepAsync("retire", force: true);
        Assert.Equal((HttpStatusCode.OK, "Active"), (retired.Status, States(retired.Body)));
        Assert.Equal(second.Id, Assert.Single(Roots(retired.Body)).Id);
        Assert.Equal(second.Id, BundleRoot(await _host.GetAsync("/api/v1/trust-bundle")));

        Assert.Equal(["roots: add", "roots: switch", "roots: retire"], await AuditedAsync("done"));
    }

    [Fact]
    public async Task Rotate_BeforeItIsSafe_IsAConflictThatSaysFromWhenOn_AndIsAudited()
    {
        Assert.Equal(HttpStatusCode.OK, (await StepAsync("add")).Status);
        var before = (await _host.GetAsync(Authority)).GetRawText();

        var refused = await StepAsync("switch");

        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Matches("^Sidecars that have not renewed since the root was added do not trust it yet; this is safe from [0-9]{4}-.+Z on, or now with force\\.$", refused.Body.GetProperty("detail").GetString());
        Assert.Equal(before, (await _host.GetAsync(Authority)).GetRawText());
        Assert.Equal(["roots: switch"], await AuditedAsync("refused"));
    }

    [Theory]
    [InlineData("switch", "There is no incoming root: add one first.")]
    [InlineData("retire", "There is no outgoing root: switch the signer first.")]
    public async Task Rotate_OutOfOrder_IsAConflictEvenByForce(string step, string detail)
    {
        var refused = await StepAsync(step, force: true);

        Assert.Equal((HttpStatusCode.Conflict, detail), (refused.Status, refused.Body.GetProperty("detail").GetString()));
    }

    [Theory]
    [InlineData("renew")]
    [InlineData(null)]
    public async Task Rotate_AStepThatThereIsNot_IsABadRequestThatNamesTheSteps(string? step)
    {
        var refused = await StepAsync(step);

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        var violation = Assert.Single(refused.Body.GetProperty("violations").EnumerateArray());
        Assert.Equal(("step", $"must be add, switch or retire but is '{step}'"), (violation.GetProperty("path").GetString(), violation.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task Rotate_WithReadScopeOnly_IsForbidden()
    {
        using var reader = _host.Client(ControlPlaneHost.ReaderToken);

        using var answer = await reader.PostAsJsonAsync(Rotate, new { step = "add" }, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Single(Roots(await _host.GetAsync(Authority)));
    }

    [Fact]
    public async Task Rotate_AnAuthorityOfFiles_SaysThatTheFilesAreTheirOwners()
    {
        await using var host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(_directory) with { StateDirectory = Path.Combine(_directory.Path, "other"), Authority = Files() });

        using var answer = await host.Http.PostAsJsonAsync(Rotate, new { step = "add" }, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Equal("files", (await host.GetAsync(Authority)).GetProperty("kind").GetString());
    }

    private static IEnumerable<(string Id, string State)> Roots(JsonElement authority) =>
        authority.GetProperty("roots").EnumerateArray().Select(root => (root.GetProperty("id").GetString()!, root.GetProperty("state").GetString()!));

    private static string States(JsonElement authority) => string.Join(", ", Roots(authority).Select(root => root.State).Order(StringComparer.Ordinal));

    private static string BundleRoot(JsonElement bundle)
    {
        using var root = X509Certificate2.CreateFromPem(Assert.Single(bundle.GetProperty("roots").EnumerateArray()).GetString());
        return CertificatePem.Id(root);
    }

    private async Task<string[]> AuditedAsync(string outcome) =>
    [
        .. (await _host.GetAsync("/api/v1/audit")).GetProperty("events").EnumerateArray()
            .Where(e => e.GetProperty("action").GetString() == "rotate" && e.GetProperty("who").GetString() == "admin" && e.GetProperty("outcome").GetString() == outcome)
            .Reverse()
            .Select(e => e.GetProperty("target").GetString()!),
    ];

    private AuthorityFiles Files()
    {
        var now = TimeProvider.System.GetUtcNow();
        using var root = CertificateMint.Root(ControlPlaneHost.TrustDomain, now);
        using var signer = CertificateMint.Signer(ControlPlaneHost.TrustDomain, root, now);
        return new AuthorityFiles
        {
            CertificateFile = _directory.Write("ca/signer.pem", signer.ExportCertificatePem()),
            KeyFile = _directory.Write("ca/signer.key", CertificatePem.Key(signer)),
            RootFiles = [_directory.Write("ca/root.pem", root.ExportCertificatePem())],
        };
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> StepAsync(string? step, bool force = false)
    {
        using var answer = await _host.Http.PostAsJsonAsync(Rotate, new { step, force }, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken));
    }
}
