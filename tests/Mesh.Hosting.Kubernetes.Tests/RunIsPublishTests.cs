using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Kubernetes.Tests.Charts;
using Mesh.Hosting.Kubernetes.Tests.Shapes;

namespace Mesh.Hosting.Kubernetes.Tests;

/// <summary>
/// One AppHost, run and published, is one mesh: services, identities, who may call whom, listeners, what apps read of each other and policies are the same, read out of
/// the plan of the run and back out of the chart.
/// </summary>
[Collection(nameof(PublishedChart))]
public sealed class RunIsPublishTests(Bookshop app) : IClassFixture<Bookshop>
{
    [Fact]
    public async Task Chart_ReadBack_IsThePlanOfTheRun()
    {
        var run = await PlannedShape.OfAsync(Compose);

        var published = PublishedShape.Of(Chart());
        Assert.Empty(run.Except(published).Select(l => $"only in the run: {l}").Concat(published.Except(run).Select(l => $"only in the chart: {l}")));
        Assert.Contains("web: spiffe://books.example/ns/default/sa/web x3", run);
        Assert.Contains("web may call default/postgres/tcp", run);
        Assert.Contains("web listens outbound/default/postgres/tcp", run);
        Assert.Contains("web reads ConnectionStrings__books=Host=host;Port=<outbound/default/postgres/tcp>;Username=postgres;Password=<password>;Database=books", run.Select(l => l.Replace("sesame", "<password>", StringComparison.Ordinal)));
        Assert.Contains(run, l => l.StartsWith("TrafficPermission payments says", StringComparison.Ordinal));
    }

    // Each is a way in which one side could go its own way.
    [Theory]
    [InlineData("protocol: tcp", "protocol: http")]
    [InlineData("- \"{{ .Release.Namespace }}/cache/tcp\"", "")]
    [InlineData("\\\"outbound/{{ .Release.Namespace }}/cache/tcp\\\":", "\\\"outbound/{{ .Release.Namespace }}/cash/tcp\\\":")]
    [InlineData("request: \"3s\"", "request: \"4s\"")]
    [InlineData("replicas: 3", "replicas: 4")]
    [InlineData("\\\"inbound/front/http\\\":\\\"0.0.0.0:8080\\\",", "")]
    [InlineData("{{ .Values.config.web.PAYMENTS_HTTP }}", "http://payments-service:5403")]
    [InlineData("\\\"applications\\\":{\\\"tcp\\\"", "\\\"applications\\\":{\\\"udp\\\"")]
    public async Task Chart_WithOneThingChanged_IsNot(string text, string changed)
    {
        var before = PublishedShape.Of(Chart());

        var after = PublishedShape.Of(Chart(t => t.Replace(text, changed, StringComparison.Ordinal)));

        Assert.NotEqual(before, after);
        Assert.NotEqual(await PlannedShape.OfAsync(Compose), after);
    }

    [Fact]
    public async Task Run_WithOneReferenceMore_IsAnother() => Assert.NotEqual(
        PublishedShape.Of(Chart()),
        await PlannedShape.OfAsync(builder =>
        {
            Compose(builder);
            builder.AddContainer("reports", "example/reports").WithReference(builder.CreateResourceBuilder((IResourceWithEndpoints)builder.Resources.Single(r => r.Name == "web")).GetEndpoint("http"));
        }));

    private static void Compose(IDistributedApplicationBuilder builder)
    {
        builder.Resources.OfType<MeshResource>().Single().Options.TrustDomain = "books.example";
        Bookshop.Compose(builder);
    }

    private RenderedChart Chart(Func<string, string>? mutate = null) =>
        RenderedChart.Of(app.Chart, "default", "secrets: { web: { pg_password: 'sesame', cache_password: another } }", mutate);
}
