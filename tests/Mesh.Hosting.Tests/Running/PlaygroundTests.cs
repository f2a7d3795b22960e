using System.Net.Http.Json;
using Aspire.Hosting.Testing;
using Mesh.Testing;

namespace Mesh.Hosting.Tests.Running;

/// <summary>The playground's AppHosts, as they are.</summary>
[Collection(StartsApps.Name)]
public sealed class PlaygroundTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replicas_AHundredRequestsOverOneConnection_ReachBoth()
    {
        await using var app = await MeshedApp.StartAppHostAsync("Replicas.AppHost");
        await app.HealthyAsync("front");
        using var client = app.Client("front");
        await Eventually.GetAsync(() => client.GetFromJsonAsync<Dictionary<string, int>>("/", Cancellation), seen => seen is { Count: 2 }, Limit, seen => $"{seen?.Count} replicas answer:\n{app.Output}");

        var answers = await client.GetFromJsonAsync<Dictionary<string, int>>("/", Cancellation);

        Assert.Equal(100, answers!.Values.Sum());
        Assert.Equal(2, answers.Count);
        Assert.All(answers.Values, count => Assert.InRange(count, 40, 60)); // in turn, but for a connection that is still being made
    }

    [Fact]
    public async Task Https_CallsOverHttps_AndARedirectToTheFrontDoor()
    {
        Orchestrator.DeveloperCertificateOrSkip();
        await using var app = await MeshedApp.StartAppHostAsync("Https.AppHost");
        await app.HealthyAsync("web");
        using var web = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.Subject == "CN=localhost" } });
        using var api = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });

        var told = await web.GetStringAsync(app.App.GetEndpoint("web", "https"), Cancellation);
        using var redirect = await api.GetAsync(app.App.GetEndpoint("api", "http"), Cancellation);

        Assert.Contains("\"scheme\":\"https\"", told, StringComparison.Ordinal);
        Assert.Contains("/sa/web", told, StringComparison.Ordinal);
        Assert.Equal(app.App.GetEndpoint("api", "https"), redirect.Headers.Location);
    }

    [Fact]
    public async Task ExecutableAndNode_TheNodeServiceIsKnownToTheExecutable()
    {
        Assert.SkipWhen(MachineProgram.Find("node") is null, "Node.js is not on this machine: install Node.js 20 or later.");
        await using var app = await MeshedApp.StartAppHostAsync("ExecutableAndNode.AppHost");
        await app.HealthyAsync("front");
        using var client = app.Client("front");

        Assert.StartsWith("greeter says: Hello, spiffe://executableandnode.apphost.local/ns/default/sa/front.", await client.GetStringAsync("/", Cancellation), StringComparison.Ordinal);
    }
}
