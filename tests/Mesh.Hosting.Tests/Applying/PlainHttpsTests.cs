using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Tests.Models;

namespace Mesh.Hosting.Tests.Applying;

/// <summary>Https endpoints on a machine that trusts no developer certificate: sidecars speak plain HTTP, and whoever is told an address is told so.</summary>
public sealed class PlainHttpsTests
{
    private const string Own = "{own}";

    public static TheoryData<string, string> Values => new()
    {
        { "services__orders__https__0", $"http://localhost:{Own}" },
        { "URL", $"http://localhost:{Own}" },
        { "SCHEME", "http" },
        { "TLS", "False" },
        { "CONDITIONAL", "plain" },
        { "TAKEN", $"http://localhost:{Own}" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public async Task HttpsCallee_WithoutACertificate_IsToldAsHttp(string variable, string expected)
    {
        await using var app = await CreateAsync();

        var own = app.Outbound("storefront", "orders/https").ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(expected.Replace(Own, own, StringComparison.Ordinal), (await app.EnvironmentAsync("storefront"))[variable]);
    }

    [Fact]
    public async Task FrontDoor_WithoutACertificate_IsShownAsHttp_AndTheAppGoesOnSpeakingHttps()
    {
        await using var app = await CreateAsync();

        var endpoint = app.Model.Resources.Single(r => r.Name == "orders").Annotations.OfType<EndpointAnnotation>().Single();
        Assert.Equal($"http://localhost:{app.FrontDoor("orders", "https")}", endpoint.AllocatedEndpoint!.UriString);
        Assert.Equal($"http://localhost:{app.FrontDoor("orders", "https")}", (await app.EnvironmentAsync("storefront"))["VITE_ORDERS"]);
        Assert.Equal(("https", true), (endpoint.UriScheme, endpoint.TlsEnabled));
    }

    [Fact]
    public async Task TunnelledTls_WithoutACertificate_StaysTls_ForItIsTheAppsOwn()
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
        {
            var cache = builder.AddContainer("cache", "cache").WithEndpoint("tls", e => (e.UriScheme, e.TargetPort, e.TlsEnabled) = ("rediss", 6380, true));
            builder.AddExecutable("storefront", "storefront", ".").WithHttpEndpoint().WithEnvironment("CACHE", cache.GetEndpoint("tls")).WithEnvironment("TLS", cache.GetEndpoint("tls").Property(EndpointProperty.TlsEnabled));
        });

        var environment = await app.EnvironmentAsync("storefront");
        Assert.Equal(($"rediss://localhost:{app.Outbound("storefront", "cache/tls")}", "True"), (environment["CACHE"], environment["TLS"]));
    }

    private static Task<PlannedApp> CreateAsync() => PlannedApp.CreateAsync(builder =>
    {
        var orders = builder.AddExecutable("orders", "orders", ".").WithHttpsEndpoint();
        var https = orders.GetEndpoint("https");
        builder.AddExecutable("storefront", "storefront", ".").WithHttpEndpoint()
            .WithReference(https)
            .WithEnvironment("URL", https.Property(EndpointProperty.Url))
            .WithEnvironment("SCHEME", https.Property(EndpointProperty.Scheme))
            .WithEnvironment("TLS", https.Property(EndpointProperty.TlsEnabled))
            .WithEnvironment("CONDITIONAL", https.GetTlsValue(ReferenceExpression.Create($"secure"), ReferenceExpression.Create($"plain")))
            .WithEnvironment(c => c.EnvironmentVariables["TAKEN"] = https.Url)
            .WithEnvironment("VITE_ORDERS", https);
    });
}
