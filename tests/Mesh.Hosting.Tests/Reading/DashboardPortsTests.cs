using Mesh.Hosting.Reading;
using Microsoft.Extensions.Configuration;

namespace Mesh.Hosting.Tests.Reading;

/// <summary>What Aspire itself listens on, by the launch profile that its templates write.</summary>
public sealed class DashboardPortsTests
{
    [Fact]
    public void LaunchProfile_EveryAddressOfAspireItself_IsKeptFree()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ASPNETCORE_URLS"] = "https://localhost:17042;http://localhost:15014",
            ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = "https://localhost:21042",
            ["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = "https://localhost:24042",
            ["ASPIRE_DASHBOARD_MCP_ENDPOINT_URL"] = "https://localhost:23042",
            ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = "https://localhost:22042",
            ["DOTNET_RESOURCE_SERVICE_ENDPOINT_URL"] = "http://localhost:20042",
            ["ASPIRE_ALLOW_UNSECURED_TRANSPORT"] = "true",
            ["ORDERS_ENDPOINT_URL"] = "http://localhost:25000",
        }).Build();

        Assert.Equal([15014, 17042, 20042, 21042, 22042, 23042, 24042], DashboardPorts.Of(configuration).Order());
    }

    [Fact]
    public void NoLaunchProfile_NothingIsKeptFree() =>
        Assert.Empty(DashboardPorts.Of(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["ASPNETCORE_URLS"] = "not an address" }).Build()));
}
