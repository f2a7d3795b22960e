using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Mesh.Hosting.Tests.Running;

/// <summary>Endpoints with the developer certificate look as if no sidecar were there.</summary>
[Collection(StartsApps.Name)]
public sealed class HttpsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HttpsEndpoint_BehindSidecars_ShowsTheDeveloperCertificate_AndItsOwnName()
    {
        Orchestrator.DeveloperCertificateOrSkip();
        await using var app = await MeshedApp.StartAsync(builder =>
        {
            builder.AddMesh();
            var orders = MeshedApp.AddHttpsTestApp(builder, "orders");
            MeshedApp.AddTestApp(builder, "storefront").WithReference(orders.GetEndpoint("https"));
        });
        await app.HealthyAsync("orders", "storefront");

        using var browser = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.Subject == "CN=localhost" } })
        {
            BaseAddress = app.App.GetEndpoint("orders", "https"),
        };
        var echo = await browser.GetFromJsonAsync<JsonElement>("/echo/a?b=c", Cancellation);
        Assert.Equal("https", browser.BaseAddress.Scheme);
        Assert.Equal("https", echo.GetProperty("headers").GetProperty("X-Forwarded-Proto").GetString());
        Assert.Equal($"localhost:{browser.BaseAddress.Port}", echo.GetProperty("headers").GetProperty("Host").GetString());

        var orders = (await app.EnvironmentOfAsync("storefront"))["services__orders__https__0"];
        Assert.StartsWith("https://localhost:", orders, StringComparison.Ordinal);
        var answer = await app.CallAsync("storefront", $"{orders}/who");
        Assert.True(answer.Status == 200, $"{answer}\n{app.Output}");
    }
}
