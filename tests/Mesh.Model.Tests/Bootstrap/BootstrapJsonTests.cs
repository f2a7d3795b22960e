using System.Text.Json;
using Mesh.Model.Bootstrap;

namespace Mesh.Model.Tests.Bootstrap;

public sealed class BootstrapJsonTests
{
    private const string Sidecar = """{"trustDomain":"shop.local","service":"default/orders","replica":"orders-1","stateDirectory":"/state" """;

    [Fact]
    public void Sidecar_MembersLeftOut_KeepTheirDefaults()
    {
        var bootstrap = JsonSerializer.Deserialize(Sidecar + "}", BootstrapJson.Default.SidecarBootstrap)!;

        Assert.Equal(20, bootstrap.DrainSeconds);
        Assert.Equal("Information", bootstrap.LogLevel);
        Assert.Equal("text", bootstrap.LogFormat);
        Assert.Equal("", bootstrap.Zone);
        Assert.Empty(bootstrap.TrustBundle);
        Assert.Empty(bootstrap.Listeners);
        Assert.Empty(bootstrap.Applications);
        Assert.Empty(bootstrap.FrontDoorHosts);
    }

    [Fact]
    public void Telemetry_MembersLeftOut_KeepTheirDefaults()
    {
        var bootstrap = JsonSerializer.Deserialize(Sidecar + ""","telemetry":{"endpoint":"http://127.0.0.1:4317"}}""", BootstrapJson.Default.SidecarBootstrap)!;

        Assert.Equal("grpc", bootstrap.Telemetry!.Protocol);
        Assert.Empty(bootstrap.Telemetry.Headers);
    }

    [Fact]
    public void ControlPlane_MembersLeftOut_KeepTheirDefaults()
    {
        var settings = JsonSerializer.Deserialize("""{"trustDomain":"shop.local","stateDirectory":"/state"}""", BootstrapJson.Default.ControlPlaneSettings)!;

        Assert.Equal("127.0.0.1:15010", settings.GrpcAddress);
        Assert.Equal("127.0.0.1:15014", settings.ApiAddress);
        Assert.Equal(3600, settings.SvidLifetimeSeconds);
        Assert.Equal(15, settings.LeaseSeconds);
        Assert.Equal("Information", settings.LogLevel);
        Assert.Empty(settings.Sources);
        Assert.Empty(settings.ApiTokens);
    }

    [Theory]
    [InlineData(""","listeners":null}""")]
    [InlineData(""","replicas":1}""")]
    public void Sidecar_NullOrUnknownMember_IsRefused(string rest) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(Sidecar + rest, BootstrapJson.Default.SidecarBootstrap));

    [Fact]
    public void Sidecar_WrittenAndRead_IsTheSame()
    {
        var bootstrap = new SidecarBootstrap
        {
            TrustDomain = "shop.local",
            Service = "default/orders",
            Replica = "orders-1",
            StateDirectory = "/state",
            Token = "secret",
            DrainSeconds = 3,
            Listeners = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("inbound/mesh", "127.0.0.1:15006"),
        };

        var text = JsonSerializer.Serialize(bootstrap, BootstrapJson.Default.SidecarBootstrap);
        var read = JsonSerializer.Deserialize(text, BootstrapJson.Default.SidecarBootstrap)!;

        Assert.Equal(text, JsonSerializer.Serialize(read, BootstrapJson.Default.SidecarBootstrap));
        Assert.Equal("127.0.0.1:15006", read.Listeners["inbound/mesh"]);
    }
}
