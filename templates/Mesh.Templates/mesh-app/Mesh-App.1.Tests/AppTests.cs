using System.Net;
using Mesh.Hosting.Testing;

namespace Mesh_App._1.Tests;

public sealed class AppTests(RunningApp app) : IClassFixture<RunningApp>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WebFrontEnd_Root_ShowsWhatTheApiSaid()
    {
        using var client = app.ClientOf("webfrontend");

        var page = await client.GetStringAsync("/", Cancelled).WaitAsync(RunningApp.Deadline, Cancelled);

        Assert.Contains("Lisbon", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Api_CalledByTheFrontEnd_KnowsItsIdentity()
    {
        using var client = app.ClientOf("webfrontend");

        var page = await client.GetStringAsync("/", Cancelled).WaitAsync(RunningApp.Deadline, Cancelled);

        Assert.Matches("<code>spiffe://[^<]+/webfrontend</code>", page);
    }

    [Fact]
    public async Task WebFrontEnd_CalledByTheApi_RefusesIt()
    {
        using var client = app.ClientAs("apiservice", "webfrontend");

        using var answer = await client.GetAsync("/", Cancelled).WaitAsync(RunningApp.Deadline, Cancelled);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("permission_denied", answer.GetMeshError()?.Code);
    }
}
