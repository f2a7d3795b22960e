using System.Net;
using System.Net.Sockets;
using Mesh.Laptop.Ports;
using Mesh.Model.Planning;
using Mesh.Model.Topology;
using Mesh.Testing;

namespace Mesh.Laptop.Tests.Ports;

public sealed class LaptopPortsTests
{
    // Not where others begin: to look at a port is to listen on it for a moment, and who looks at the same one then finds it in use.
    private const int Seed = 2000;

    private static readonly HashSet<int> None = [];

    private static PortRequest Request(string name) => new(PortPurpose.App, new ServiceId("default", "orders"), 0, name);

    [Fact]
    public void Pick_SameRequest_SamePort()
    {
        var ports = new LaptopPorts(null, Seed);

        var first = ports.Pick(Request("http"), None);

        Assert.InRange(first, 24000, 29999);
        Assert.Equal(first, ports.Pick(Request("http"), None));
        Assert.NotEqual(first, ports.Pick(Request("grpc"), None));
    }

    [Fact]
    public void Pick_TakenOrInUse_IsPassedOver()
    {
        var probe = new LaptopPorts(null, 3000);
        var (first, second) = (probe.Pick(Request("a"), None), probe.Pick(Request("b"), None));
        using var listener = new TcpListener(IPAddress.Loopback, second);
        listener.Start();

        var picked = new LaptopPorts(null, 3000).Pick(Request("a"), new HashSet<int> { first });

        Assert.DoesNotContain(picked, new[] { first, second });
    }

    [Fact]
    public void Pick_AfterARestart_IsTheSame()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "ports.json");
        var before = new LaptopPorts(file, Seed);
        var port = before.Pick(Request("http"), None);
        before.Save();

        Assert.Equal(port, new LaptopPorts(file, 4500).Pick(Request("http"), None));
    }

    [Fact]
    public void Pick_PortThatAnotherWillListenOn_IsNeverGivenOut_NotEvenOutOfMemory()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "ports.json");
        var before = new LaptopPorts(file, Seed);
        var port = before.Pick(Request("http"), None);
        before.Save();

        Assert.NotEqual(port, new LaptopPorts(file, Seed, new HashSet<int> { port }).Pick(Request("http"), None));
        Assert.NotEqual(port, new LaptopPorts(null, Seed, new HashSet<int> { port }).Pick(Request("http"), None));
    }

    [Fact]
    public void Pick_PortOfAnEarlierVersionWhereAspireHasItsOwn_IsForgotten()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("ports.json", $"{{\"{Request("http")}\":22042}}");

        Assert.InRange(new LaptopPorts(file, Seed).Pick(Request("http"), None), 24000, 29999);
    }

    [Fact]
    public void Pick_MemoryIsNoJson_StartsAnew()
    {
        using var folder = new TemporaryFolder();

        Assert.InRange(new LaptopPorts(folder.File("ports.json", "{"), Seed).Pick(Request("http"), None), 24000, 29999);
    }
}
