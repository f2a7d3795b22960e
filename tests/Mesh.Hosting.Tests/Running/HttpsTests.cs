using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Tests.Running;

/// <summary>Endpoints with the developer certificate look as if no sidecar were there.</summary>
[Collection(StartsApps.Name)]
public sealed class HttpsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HttpsEndpoint_OnAMachineThatTrustsNoCertificate_IsReachedOverHttp_AndItsAppSpokenToOverHttps()
    {
        using var folder = new TemporaryFolder();
        var own = OwnCertificate(folder.Path);
        await using var app = await MeshedApp.StartAsync(builder =>
        {
            builder.Services.AddSingleton<IDeveloperCertificateService>(new NoneTrusted());
            builder.AddMesh();
            var orders = MeshedApp.AddHttpsTestApp(builder, "orders").WithEnvironment("Kestrel__Certificates__Default__Path", own);
            MeshedApp.AddTestApp(builder, "storefront").WithReference(orders.GetEndpoint("https"));
        });
        await app.HealthyAsync("orders", "storefront");

        using var browser = app.Client("orders", "https");
        Assert.Equal("http", browser.BaseAddress!.Scheme);
        await UntilItAnswersAsync(browser);
        var orders = (await app.EnvironmentOfAsync("storefront"))["services__orders__https__0"];
        Assert.StartsWith("http://localhost:", orders, StringComparison.Ordinal);
        var answer = await app.CallAsync("storefront", $"{orders}/who");
        Assert.True(answer.Status == 200, $"{answer}\n{app.Output}");
    }

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
        await UntilItAnswersAsync(browser);
        var echo = await browser.GetFromJsonAsync<JsonElement>("/echo/a?b=c", Cancellation);
        Assert.Equal("https", browser.BaseAddress.Scheme);
        Assert.Equal("https", echo.GetProperty("headers").GetProperty("X-Forwarded-Proto").GetString());
        Assert.Equal($"localhost:{browser.BaseAddress.Port}", echo.GetProperty("headers").GetProperty("Host").GetString());

        var orders = (await app.EnvironmentOfAsync("storefront"))["services__orders__https__0"];
        Assert.StartsWith("https://localhost:", orders, StringComparison.Ordinal);
        var answer = await app.CallAsync("storefront", $"{orders}/who");
        Assert.True(answer.Status == 200, $"{answer}\n{app.Output}");
    }

    // Nothing here asks whether these apps are healthy, so they are as soon as they run.
    private static Task UntilItAnswersAsync(HttpClient browser) => Eventually.IsAsync(
        async () =>
        {
            try
            {
                using var answer = await browser.GetAsync("/who", Cancellation);
                return answer.StatusCode == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        },
        "the front door leads to the app");

    private static string OwnCertificate(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var file = Path.Combine(folder, "own.pfx");
        File.WriteAllBytes(file, certificate.Export(X509ContentType.Pfx));
        return file;
    }

    private sealed class NoneTrusted : IDeveloperCertificateService
    {
        public ImmutableList<X509Certificate2> Certificates => [];

        public bool SupportsContainerTrust => false;

        public bool UseForHttps => false;

        public bool TrustCertificate => false;
    }
}
