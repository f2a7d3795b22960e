using System.Net;
using System.Text;
using Mesh.Cli.VirtualMachines;
using Mesh.Laptop.Api;
using Mesh.Model.Bootstrap;
using Mesh.Model.Topology;

namespace Mesh.Cli.Tests.VirtualMachines;

public sealed class BootstrapIssueTests
{
    private static readonly BootstrapRequest Request = new()
    {
        Service = new ServiceId("default", "shop"),
        Replica = "shop-1",
        Advertised = IPAddress.Parse("10.0.0.7"),
        Door = IPAddress.Parse("10.0.0.7"),
        FrontDoor = IPAddress.Loopback,
        StateDirectory = "/var/lib/mesh/shop-1",
    };

    private readonly List<string> _asked = [];

    [Fact]
    public async Task Make_Service_FileHoldsAllThatTheMachineNeeds()
    {
        var bootstrap = await MakeAsync(Request with { Lifetime = 600 }, grpc: "10.0.0.2:15010");

        Assert.Equal(("example.org", "default/shop", "shop-1"), (bootstrap.TrustDomain, bootstrap.Service, bootstrap.Replica));
        Assert.Equal(("https://10.0.0.2:15010", "mesh1.x.y"), (bootstrap.ControlPlane, bootstrap.Token));
        Assert.Equal(["ROOT"], bootstrap.TrustBundle);
        Assert.Equal("10.0.0.7", bootstrap.AdvertisedAddress);
        Assert.Equal(["inbound/front/http=127.0.0.1:8080", "inbound/mesh=10.0.0.7:15006", "inbound/plain/grpc=10.0.0.7:15060", "outbound/default/db/tcp=127.0.0.1:15101", "outbound/default/orders/http=127.0.0.1:15102"], bootstrap.Listeners.Select(l => $"{l.Key}={l.Value}"));
        Assert.Equal(["grpc=127.0.0.1:18081", "http=127.0.0.1:18080"], bootstrap.Applications.Select(a => $"{a.Key}={a.Value}"));
        Assert.Equal("127.0.0.1:15000", bootstrap.Admin?.Address);
        Assert.NotNull(bootstrap.Admin?.Token);
        Assert.Equal("""POST tokens {"service":"default/shop","lifetimeSeconds":600}""", _asked[^1]);
    }

    [Fact]
    public async Task Make_Service_AppFindsTheVariablesOfMeshUp()
    {
        var bootstrap = await MakeAsync(Request, grpc: "10.0.0.2:15010");

        Assert.Equal(
            [
                "ASPNETCORE_URLS=http://127.0.0.1:18080;http://127.0.0.1:18081",
                "DB_TCP=127.0.0.1:15101",
                "MESH_REPLICA=shop-1",
                "MESH_STATE=/var/lib/mesh/shop-1/app",
                "MESH_WORKLOAD=default/shop",
                "ORDERS_HTTP=http://127.0.0.1:15102",
                "PORT=18080",
                "PORT_GRPC=18081",
                "PORT_HTTP=18080",
                "services__db__tcp__0=tcp://127.0.0.1:15101",
                "services__orders__http__0=http://127.0.0.1:15102",
            ],
            bootstrap.Environment.Select(v => $"{v.Key}={v.Value}"));
    }

    [Fact]
    public async Task Make_SecondSidecarOnAMachine_HasPortsOfItsOwnAndTheAppsAsAsked()
    {
        var bootstrap = await MakeAsync(
            Request with { PortOffset = 100, AppPorts = Request.AppPorts.Add("http", 5000), Door = IPAddress.Any, FrontDoor = IPAddress.Parse("10.0.0.7") }, grpc: "10.0.0.2:15010");

        Assert.Equal(["10.0.0.7:8180", "0.0.0.0:15106", "0.0.0.0:15160", "127.0.0.1:15201", "127.0.0.1:15202"], bootstrap.Listeners.Values);
        Assert.Equal(["127.0.0.1:18180", "127.0.0.1:5000"], bootstrap.Applications.Values);
        Assert.Equal("127.0.0.1:15100", bootstrap.Admin?.Address);
    }

    [Theory]
    [InlineData("127.0.0.1:15010", "which 10.0.0.7 cannot reach")]
    [InlineData("0.0.0.0:15010", "give --control-plane https://HOST:PORT")]
    public async Task Make_ControlPlaneThatTheMachineCannotReach_SaysTheCureAndIssuesNoToken(string grpc, string expected)
    {
        var error = await Assert.ThrowsAsync<CliException>(() => MakeAsync(Request, grpc));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_asked, a => a.StartsWith("POST", StringComparison.Ordinal));
        Assert.Equal("https://cp.example.org:15010", (await MakeAsync(Request with { ControlPlane = new Uri("https://cp.example.org:15010") }, grpc)).ControlPlane);
    }

    [Fact]
    public async Task Make_AppPortOfNoPort_NamesThosePortsThatThereAre()
    {
        var error = await Assert.ThrowsAsync<CliException>(() => MakeAsync(Request with { AppPorts = Request.AppPorts.Add("htp", 5000) }, grpc: "10.0.0.2:15010"));

        Assert.Equal("--app-port: default/shop has no port 'htp'; it has http, grpc.", error.Message);
    }

    private async Task<SidecarBootstrap> MakeAsync(BootstrapRequest request, string grpc)
    {
        using var client = new ControlPlaneClient(new Uri("http://127.0.0.1:1"), "t", new ControlPlane(grpc, _asked));
        return (await BootstrapIssue.MakeAsync(request, client, TestContext.Current.CancellationToken)).Bootstrap;
    }

    private sealed class ControlPlane(string grpc, List<string> asked) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.AbsolutePath["/api/v1/".Length..];
            asked.Add($"{request.Method} {path} {(request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken))}");
            var text = path switch
            {
                "trust-bundle" => $$"""{ "trustDomain": "example.org", "grpc": "{{grpc}}", "roots": ["ROOT"] }""",
                "services/default/shop" => """
                    {
                      "service": { "ports": [{ "name": "http", "protocol": "http", "external": true }, { "name": "grpc", "protocol": "grpc", "external": false }] },
                      "upstreams": [{ "service": "default/orders", "port": "http", "protocol": "https" }, { "service": "default/db", "port": "tcp", "protocol": "tcp" }]
                    }
                    """,
                "tokens" => """{ "token": "mesh1.x.y", "expiresAt": "2030-01-01T00:00:00Z" }""",
                _ => throw new InvalidOperationException(path),
            };
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(text, Encoding.UTF8, "application/json") };
        }
    }
}
