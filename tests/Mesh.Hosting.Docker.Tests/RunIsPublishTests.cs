using System.Text.RegularExpressions;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Docker.Tests.Compose;
using Mesh.Hosting.Docker.Tests.Shapes;
using Mesh.Hosting.Kubernetes.Tests.Charts;
using Mesh.Hosting.Kubernetes.Tests.Shapes;

namespace Mesh.Hosting.Docker.Tests;

/// <summary>
/// One AppHost, run and published, is one mesh: services, identities, who may call whom, listeners, what apps read of each other and policies are the same, read out of
/// the plan of the run and back out of the Compose file. The number of replicas is not: Aspire publishes one of each.
/// </summary>
[Collection(nameof(PublishedChart))]
public sealed partial class RunIsPublishTests(Bookshop app) : IClassFixture<Bookshop>
{
    [Fact]
    public async Task ComposeFile_ReadBack_IsThePlanOfTheRun()
    {
        var run = await RunAsync(Compose);

        var published = PublishedShape.Of(Project());
        Assert.Empty(run.Except(published).Select(l => $"only in the run: {l}").Concat(published.Except(run).Select(l => $"only in the Compose file: {l}")));
        Assert.Contains("web: spiffe://books.example/ns/default/sa/web", run);
        Assert.Contains("web listens outbound/default/postgres/tcp", run);
        Assert.Contains("web reads ConnectionStrings__books=Host=host;Port=<outbound/default/postgres/tcp>;Username=postgres;Password=sesame;Database=books", published);
    }

    // Each is a way in which one side could go its own way.
    [Theory]
    [InlineData("protocol: tcp", "protocol: http")]
    [InlineData("- default/cache/tcp", "")]
    [InlineData("\"outbound/default/cache/tcp\":", "\"outbound/default/cash/tcp\":")]
    [InlineData("request: \"3s\"", "request: \"4s\"")]
    [InlineData("\"inbound/front/http\": \"0.0.0.0:8080\",", "")]
    [InlineData("PAYMENTS_HTTP: \"http://127.0.0.1:", "PAYMENTS_HTTP: \"http://payments:")]
    [InlineData("\"tcp\": \"127.0.0.1:5432\"", "\"udp\": \"127.0.0.1:5432\"")]
    [InlineData("network_mode: \"service:cache-mesh\"", "network_mode: \"service:postgres-mesh\"")]
    public async Task ComposeFile_WithOneThingChanged_IsNot(string text, string changed)
    {
        var before = PublishedShape.Of(Project());

        var after = PublishedShape.Of(Project(t => t.Replace(text, changed, StringComparison.Ordinal)));

        Assert.NotEqual(before, after);
        Assert.NotEqual(await RunAsync(Compose), after);
    }

    // What is not a difference but a file that nobody should start.
    [Theory]
    [InlineData("source: cache-mesh-identity", "source: postgres-mesh-identity")]
    [InlineData("\"service\": \"default/cache\",\n      \"directory\"", "\"service\": \"default/web\",\n      \"directory\"")]
    [InlineData("\"trustDomain\": \"books.example\",\n  \"grpcAddress\"", "\"trustDomain\": \"shelf.example\",\n  \"grpcAddress\"")]
    [InlineData("network_mode:", "networkMode:")]
    [InlineData("condition: service_healthy", "condition: healthy")]
    public void ComposeFile_ThatIsWrong_IsSeen(string text, string changed) =>
        Assert.NotNull(Record.Exception(() => PublishedShape.Of(Project(t => t.Replace(text, changed, StringComparison.Ordinal)))));

    [Fact]
    public async Task Run_WithOneReferenceMore_IsAnother() => Assert.NotEqual(
        PublishedShape.Of(Project()),
        await RunAsync(builder =>
        {
            Compose(builder);
            builder.AddContainer("reports", "example/reports").WithReference(builder.CreateResourceBuilder((IResourceWithEndpoints)builder.Resources.Single(r => r.Name == "web")).GetEndpoint("http"));
        }));

    private static void Compose(IDistributedApplicationBuilder builder)
    {
        builder.Resources.OfType<MeshResource>().Single().Options.TrustDomain = "books.example";
        Bookshop.Compose(builder);
    }

    private static async Task<SortedSet<string>> RunAsync(Action<IDistributedApplicationBuilder> compose) =>
        new((await PlannedShape.OfAsync(compose)).Select(l => Replicas().Replace(l, "")), StringComparer.Ordinal);

    private ComposeProject Project(Func<string, string>? mutate = null) =>
        ComposeProject.Of(app.Output, new Dictionary<string, string> { ["PG_PASSWORD"] = "sesame", ["CACHE_PASSWORD"] = "another" }, mutate);

    [GeneratedRegex(@"(?<=: spiffe://\S+) x\d+$")]
    private static partial Regex Replicas();
}
