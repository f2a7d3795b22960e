using System.Net;
using Mesh.Model.Topology;
using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Identity;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests.Identity;

public sealed class GuardTests
{
    private static readonly ProxySettings RunMode = Some.Settings("/state") with { DeveloperIdentity = true, PeerProcessCheck = true };

    [Fact]
    public async Task FrontDoor_ProcessOfAService_IsThatService()
    {
        var guard = new FrontDoorGuard(RunMode, new Processes("default/stock"));

        var connection = await guard.JudgeAsync(Connection());

        Assert.Equal("spiffe://shop.local/ns/default/sa/stock", connection.Identity!.Text);
        Assert.Equal(connection, guard.Judge(connection, "POST", new HeaderDictionary { ["Host"] = "orders", ["Origin"] = "https://elsewhere.example" }));
    }

    [Fact]
    public async Task FrontDoor_ProcessOfNoService_IsTheDeveloperUntilAPageSpeaks()
    {
        var guard = new FrontDoorGuard(RunMode, new Processes(null));

        var connection = await guard.JudgeAsync(Connection());

        Assert.Equal("spiffe://shop.local/developer", connection.Identity!.Text);
        Assert.Equal(connection, guard.Judge(connection, "GET", new HeaderDictionary { ["Host"] = "localhost:5000" }));
        Assert.True(guard.Judge(connection, "GET", new HeaderDictionary { ["Host"] = "localhost:5000", ["Origin"] = "https://evil.example" }).IsRefused);
    }

    [Fact]
    public async Task FrontDoor_FromAnotherMachine_IsNobody()
    {
        var guard = new FrontDoorGuard(RunMode, new Processes(null));

        var connection = await guard.JudgeAsync(Connection("192.0.2.7"));

        Assert.Equal(CallerVerdict.Anonymous, connection);
    }

    [Fact]
    public async Task FrontDoor_Published_IsNobodyWhateverItsHeaders()
    {
        var guard = new FrontDoorGuard(RunMode with { DeveloperIdentity = false, PeerProcessCheck = false }, new Processes("default/stock"));

        var connection = await guard.JudgeAsync(Connection());

        Assert.Equal(CallerVerdict.Anonymous, connection);
        Assert.Equal(CallerVerdict.Anonymous, guard.Judge(connection, "POST", new HeaderDictionary { ["Host"] = "shop.example", ["Origin"] = "https://other.example" }));
    }

    [Theory]
    [InlineData("default/orders", false)]
    [InlineData("default/stock", true)]
    [InlineData(null, false)]
    public async Task Outbound_OnlyOtherServicesAreRefused(string? workload, bool refused)
    {
        var verdict = await new OutboundGuard(RunMode, new Processes(workload)).JudgeAsync(Connection());

        Assert.Equal(refused, verdict.IsRefused);
        Assert.Equal(workload == "default/orders" ? RunMode.Id : null, verdict.Identity);
    }

    [Fact]
    public async Task Outbound_CheckIsOff_AsksNobody()
    {
        var verdict = await new OutboundGuard(RunMode with { PeerProcessCheck = false }, new Processes("default/stock")).JudgeAsync(Connection());

        Assert.False(verdict.IsRefused);
    }

    private static DefaultConnectionContext Connection(string peer = "127.0.0.1") => new()
    {
        RemoteEndPoint = new IPEndPoint(IPAddress.Parse(peer), 40000),
        LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 5000),
    };

    private sealed class Processes(string? workload) : IPeerProcesses
    {
        public ValueTask<PeerProcess> FindAsync(IPEndPoint peer, IPEndPoint listener) =>
            new(new PeerProcess(true, ServiceId.TryParse(workload, ServiceId.DefaultNamespace, out var service) ? service : null, 4711));
    }
}
