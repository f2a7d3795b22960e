using System.Net;
using System.Text;
using System.Text.Json;
using Mesh.Proxy.Bootstrap;
using Mesh.Testing.Identity;

namespace Mesh.Proxy.Tests.Bootstrap;

public sealed class BootstrapReaderTests
{
    [Fact]
    public void Parse_SmallestFile_TakesDefaults()
    {
        var settings = Read("""{"trustDomain":"shop.local","service":"shop/orders","replica":"orders-1","stateDirectory":"/state"}""", out var violations);

        Assert.Empty(violations);
        Assert.Equal("spiffe://shop.local/ns/shop/sa/orders", settings!.Id.Text);
        Assert.Equal(TimeSpan.FromSeconds(20), settings.Drain);
        Assert.Equal(LogLevel.Information, settings.LogLevel);
        Assert.Null(settings.ControlPlane);
        Assert.Null(settings.AdminAddress);
    }

    [Fact]
    public void Parse_WholeFile_ConvertsEachValue()
    {
        var root = new ClockedAuthority(DateTimeOffset.UnixEpoch.AddYears(56)).Bundle.ToPem().Replace("\n", "\\n", StringComparison.Ordinal);
        var settings = Read($$"""
            {"trustDomain":"shop.local","service":"shop/orders","replica":"orders-1","stateDirectory":"/state","controlPlane":"https://127.0.0.1:15010",
             "trustBundle":["{{root}}"],"token":"t","listeners":{"inbound/mesh":"[::1]:15006","inbound/front/https":"localhost:7001"},"applications":{"http":"127.0.0.1:8080"},
             "advertisedAddress":"10.0.0.7","admin":{"address":"127.0.0.1:15000","token":"0123456789abcdef"},"logLevel":"debug","logFormat":"json","drainSeconds":0}
            """, out var violations);

        Assert.Empty(violations);
        Assert.Equal(new ListenAddress(IPAddress.IPv6Loopback, 15006), settings!.Listeners["inbound/mesh"]);
        Assert.Equal(new ListenAddress(null, 7001), settings.Listeners["inbound/front/https"]);
        Assert.Equal(IPEndPoint.Parse("127.0.0.1:8080"), settings.Applications["http"]);
        Assert.Single(settings.TrustBundle.Roots);
        Assert.Equal(LogLevel.Debug, settings.LogLevel);
        Assert.True(settings.JsonLogs);
        Assert.Equal(TimeSpan.Zero, settings.Drain);
    }

    [Fact]
    public void Parse_ManyMistakes_NamesEachWithItsPath()
    {
        Read("""
            {"trustDomain":"Shop","service":"a/b/c","replica":" ","stateDirectory":"state","controlPlane":"http://127.0.0.1:15010","trustBundle":["none"],
             "listeners":{"inbound/mesh":"localhost:1","inbound/front/a":"127.0.0.1","inbound/front/b":"localhost:65536","inbound/front/c":"localhost"},"applications":{"http":"app.internal:80"},"advertisedAddress":"host","admin":{"address":"10.0.0.1:15000","token":"short"},
             "telemetry":{"endpoint":"collector","protocol":"zipkin"},"logLevel":"7","logFormat":"xml","drainSeconds":-1}
            """, out var violations);

        Assert.Equal(
            [
                "admin.address", "admin.token", "advertisedAddress", "applications['http']", "controlPlane", "drainSeconds", "listeners['inbound/front/a']", "listeners['inbound/front/b']", "listeners['inbound/front/c']",
                "listeners['inbound/mesh']", "logFormat", "logLevel", "replica",
                "service", "stateDirectory", "telemetry.endpoint", "telemetry.protocol", "token", "trustBundle", "trustDomain",
            ],
            violations.Select(v => v.Path.Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Parse_Relay_TakesTheStateDirectorysNamesForWhatIsNotSaid()
    {
        var settings = Read("""
            {"trustDomain":"shop.local","service":"shop/orders","replica":"orders-1","stateDirectory":"/state","relay":{},"advertisedAddress":"127.0.0.1:50051"}
            """, out var violations);

        Assert.Empty(violations);
        Assert.Equal(new RelaySettings("/state/xds.sock", null, null, "/state/certificates"), settings!.Relay);
        Assert.Equal(IPEndPoint.Parse("127.0.0.1:50051"), settings.AdvertisedDoor);
        Assert.Null(settings.AdvertisedAddress);
    }

    [Theory]
    [InlineData("""{"socket":"xds.sock"}""", "relay.socket")]
    [InlineData("""{"certificateDirectory":"certificates"}""", "relay.certificateDirectory")]
    [InlineData("""{"address":"10.0.0.1:15020","token":"0123456789abcdef"}""", "relay.address")]
    [InlineData("""{"address":"here","token":"0123456789abcdef"}""", "relay.address")]
    [InlineData("""{"address":"127.0.0.1:15020"}""", "relay.token")]
    [InlineData("""{"address":"127.0.0.1:15020","token":"short"}""", "relay.token")]
    [InlineData("""{"socket":"/run/xds.sock","token":"0123456789abcdef"}""", "relay.token")]
    [InlineData("""{"socket":"/LONG"}""", "relay.socket")]
    public void Parse_RelayThatCannotBe_NamesTheMember(string relay, string member)
    {
        Read($$"""
            {"trustDomain":"shop.local","service":"shop/orders","replica":"orders-1","stateDirectory":"/state","relay":{{relay.Replace("LONG", new string('x', 103), StringComparison.Ordinal)}}}
            """, out var violations);

        Assert.Equal([member], violations.Select(v => v.Path.Text));
    }

    [Fact]
    public void Parse_ServerCertificate_IsCheckedBeforeAnyPortIsBound()
    {
        using var files = new LocalhostCertificate();
        using var other = new LocalhostCertificate();

        Assert.Empty(Check(files.CertificateFile, files.KeyFile));
        Assert.StartsWith("serverCertificate.certificateFile: 'localhost.pem' is not an absolute path", Check("localhost.pem", files.KeyFile).Single(), StringComparison.Ordinal);
        Assert.StartsWith("serverCertificate.keyFile: cannot be read", Check(files.CertificateFile, files.KeyFile + "x").Single(), StringComparison.Ordinal);
        Assert.StartsWith("serverCertificate.certificateFile: ", Check(files.CertificateFile, other.KeyFile).Single(), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(files.KeyFile, UnixFileMode.UserRead | UnixFileMode.GroupRead);
            Assert.EndsWith("is open to other users; chmod 600 it", Check(files.CertificateFile, files.KeyFile).Single(), StringComparison.Ordinal);
        }

        static IEnumerable<string> Check(string certificate, string key)
        {
            Read(JsonSerializer.Serialize(new
            {
                trustDomain = "shop.local",
                service = "shop/orders",
                replica = "orders-1",
                stateDirectory = "/state",
                serverCertificate = new { certificateFile = certificate, keyFile = key },
            }), out var violations);
            return violations.Select(v => v.ToString());
        }
    }

    [Fact]
    public void Parse_OfAPod_TakesReplicaFromTheCommandLineAndRootsFromTheirFile()
    {
        using var directory = new TemporaryDirectory();
        var roots = Path.Combine(directory.Path, "roots.pem");
        File.WriteAllText(roots, string.Join("\n", new ClockedAuthority(DateTimeOffset.UnixEpoch.AddYears(56)).Bundle.ToPem()));

        var settings = Read(
            JsonSerializer.Serialize(new
            {
                trustDomain = "shop.local",
                service = "shop/orders",
                replica = "orders",
                stateDirectory = "/state",
                controlPlane = "https://mesh-control-plane.shop-mesh.svc:15010",
                trustBundleFile = roots,
                tokenFile = "/var/run/secrets/mesh/token",
                applications = new { http = "127.0.0.1:8081" },
                probes = new { address = "0.0.0.0:15020", doors = new[] { new { address = "0.0.0.0:8080", path = "/health", application = "http" }, new { address = "0.0.0.0:8080", path = "/alive", application = "http" } } },
            }),
            out var violations,
            new BootstrapOverrides { Replica = "orders-7d4f", AdvertisedAddress = "10.1.2.3" });

        Assert.Empty(violations);
        Assert.Equal(("orders-7d4f", IPAddress.Parse("10.1.2.3"), null), (settings!.Replica, settings.AdvertisedAddress, settings.AdvertisedDoor));
        Assert.Single(settings.TrustBundle.Roots);
        var door = Assert.Single(settings.Probes!.Doors);
        Assert.Equal(["/alive", "/health"], door.Applications.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Parse_ProbesThatCannotBe_NamesEveryMistake()
    {
        Read("""
            {"trustDomain":"shop.local","service":"shop/orders","replica":"r","stateDirectory":"/state","trustBundleFile":"/nowhere/roots.pem","applications":{"http":"127.0.0.1:8081"},
             "listeners":{"inbound/front/http":"0.0.0.0:8080"},
             "probes":{"address":"0.0.0.0:15020","doors":[
               {"address":"here","path":"health","application":"http"},
               {"address":"0.0.0.0:15020","path":"/health","application":"http"},
               {"address":"0.0.0.0:8080","path":"/a b","application":"grpc"},
               {"address":"0.0.0.0:8082","path":"/health","application":"http"},
               {"address":"0.0.0.0:8082","path":"/health","application":"http"}]}}
            """, out var violations);

        Assert.Equal(
            ["probes.doors[0].address", "probes.doors[0].path", "probes.doors[1].address", "probes.doors[2].address", "probes.doors[2].application", "probes.doors[2].path", "probes.doors[4].path", "trustBundleFile"],
            violations.Select(v => v.Path.Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Parse_ControlPlaneWithoutRootsOrToken_AsksForBoth()
    {
        Read("""{"trustDomain":"shop.local","service":"shop/orders","replica":"r","stateDirectory":"/state","controlPlane":"https://127.0.0.1:1"}""", out var violations);

        Assert.Equal(["token", "trustBundle"], violations.Select(v => v.Path.Text).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"trustDomain":"shop.local","tokn":"verysecret"}""")]
    [InlineData("""{"trustDomain":"shop.local","token":["verysecret"]}""")]
    [InlineData("""{"trustDomain":"shop.local","token":"verysecret" """)]
    [InlineData("null")]
    public void Parse_NoSuchJson_SaysWhereWithoutQuotingSecrets(string json)
    {
        Assert.Null(Read(json, out var violations));

        Assert.DoesNotContain("verysecret", Assert.Single(violations).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoFile_SaysSo()
    {
        Assert.Null(BootstrapReader.Read("/nowhere/bootstrap.json", new BootstrapOverrides(), out var violations));

        Assert.Contains("cannot be read", Assert.Single(violations).Message, StringComparison.Ordinal);
    }

    private static ProxySettings? Read(string json, out IReadOnlyList<Mesh.Model.Validation.Violation> violations, BootstrapOverrides? overrides = null) =>
        BootstrapReader.Parse(Encoding.UTF8.GetBytes(json), overrides ?? new BootstrapOverrides(), out violations);
}
