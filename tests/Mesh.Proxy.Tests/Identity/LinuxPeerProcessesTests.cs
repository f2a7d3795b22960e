using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mesh.Proxy.Identity;

namespace Mesh.Proxy.Tests.Identity;

public sealed class LinuxPeerProcessesTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("default/stock", "exec 3<>/dev/tcp/127.0.0.1/PORT; read line <&3", true)]
    [InlineData("default/stock", "env -u MESH_WORKLOAD bash -c 'exec 3<>/dev/tcp/127.0.0.1/PORT; read line <&3'; true", true)]
    [InlineData(null, "exec 3<>/dev/tcp/127.0.0.1/PORT; read line <&3", true)]
    [InlineData("default/stock", "exec 3<>/dev/tcp/127.0.0.1/PORT; read line <&3", false)]
    public async Task Find_ProcessAtTheOtherEnd_TellsItsService(string? workload, string script, bool asksKernel)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/bin/bash"), "Reads /proc and starts bash: Linux with bash.");
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var start = new ProcessStartInfo("/bin/bash", ["-c", script.Replace("PORT", $"{((IPEndPoint)listener.LocalEndPoint!).Port}", StringComparison.Ordinal)]);
        start.Environment.Remove("MESH_WORKLOAD");
        if (workload is not null)
        {
            start.Environment["MESH_WORKLOAD"] = workload;
        }

        using var child = Process.Start(start)!;
        using var socket = await listener.AcceptAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);
        var processes = Processes(asksKernel);

        var found = await processes.FindAsync((IPEndPoint)socket.RemoteEndPoint!, (IPEndPoint)socket.LocalEndPoint!).AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);
        var again = await processes.FindAsync((IPEndPoint)socket.RemoteEndPoint!, (IPEndPoint)socket.LocalEndPoint!).AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);

        socket.Dispose();
        await child.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.True(found.IsKnown);
        Assert.Equal(workload, found.Workload?.ToString());
        Assert.Equal(found, again);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Find_NoSuchConnection_IsUnknown(bool asksKernel)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc: Linux.");

        var found = await Processes(asksKernel).FindAsync(IPEndPoint.Parse("127.0.0.1:1"), IPEndPoint.Parse("127.0.0.1:2")).AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);

        Assert.False(found.IsKnown);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("::1", true)]
    [InlineData("::1", false)]
    public async Task Find_DualModeClient_IsFoundToo(string address, bool asksKernel)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Socket.OSSupportsIPv6, "Reads /proc, needs IPv6: Linux.");
        using var listener = new Socket(IPAddress.Parse(address).AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        listener.Listen();
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        await client.ConnectAsync(listener.LocalEndPoint!, TestContext.Current.CancellationToken).AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);
        using var socket = await listener.AcceptAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);

        var found = await Processes(asksKernel).FindAsync((IPEndPoint)socket.RemoteEndPoint!, (IPEndPoint)socket.LocalEndPoint!).AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);

        Assert.Equal(Environment.ProcessId, found.ProcessId);
    }

    [Fact]
    public async Task Find_ProcessSeenBeforeItBecameTheApp_TellsTheService()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Makes links as /proc has them: Linux.");
        using var proc = new TemporaryDirectory();
        var table = Directory.CreateDirectory(Path.Combine(proc.Path, "net"));
        File.WriteAllText(Path.Combine(table.FullName, "tcp"), "  sl\n   0: 0100007F:0001 0100007F:0002 01 00000000:00000000 00:00000000 00000000     0        0 99 1\n");
        var process = Directory.CreateDirectory(Path.Combine(proc.Path, "7"));
        File.WriteAllText(Path.Combine(process.FullName, "stat"), $"7 (app) S 1 {string.Join(' ', Enumerable.Range(5, 40))}\n");
        File.CreateSymbolicLink(Path.Combine(Directory.CreateDirectory(Path.Combine(process.FullName, "fd")).FullName, "3"), "socket:[99]");
        var processes = new LinuxPeerProcesses(new SocketTable(proc.Path), proc.Path);

        // Between fork and exec a process has the environment of who started it.
        File.WriteAllText(Path.Combine(process.FullName, "environ"), "PATH=/bin\0");
        var before = await processes.FindAsync(IPEndPoint.Parse("127.0.0.1:1"), IPEndPoint.Parse("127.0.0.1:2"));
        File.WriteAllText(Path.Combine(process.FullName, "environ"), "PATH=/bin\0MESH_WORKLOAD=default/stock\0");
        var after = await processes.FindAsync(IPEndPoint.Parse("127.0.0.1:1"), IPEndPoint.Parse("127.0.0.1:2"));

        Assert.Equal((true, null), (before.IsKnown, before.Workload));
        Assert.Equal("default/stock", after.Workload?.ToString());
    }

    [Fact]
    public void Find_ConnectionItsProcessHasClosed_IsNotSearchedInTheTable()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Asks the kernel by netlink: Linux.");
        var (sockets, table) = Diagnostics();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        using var socket = listener.Accept();
        var (peer, local) = ((IPEndPoint)socket.RemoteEndPoint!, (IPEndPoint)socket.LocalEndPoint!);

        var open = sockets.Find(peer, local);
        client.Dispose();
        var closed = sockets.Find(peer, local);

        Assert.True(open > 0);
        Assert.Null(closed);
        Assert.Equal(0, table.Asked);
    }

    [Fact]
    public void Find_KernelThatKnowsNoSocket_AsksTheTableUntilItFoundOne()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Asks the kernel by netlink: Linux.");
        var (sockets, table) = Diagnostics();

        Assert.Equal(99ul, sockets.Find(IPEndPoint.Parse("127.0.0.1:1"), IPEndPoint.Parse("127.0.0.1:2")));
        Assert.Equal(1, table.Asked);
    }

    private static LinuxPeerProcesses Processes(bool asksKernel) =>
        new(asksKernel ? Diagnostics().Sockets : new SocketTable(LinuxPeerProcesses.Root));

    private static (ISocketInodes Sockets, Table Table) Diagnostics()
    {
        var table = new Table();
        var sockets = SocketDiagnostics.Open(table);
        Assert.SkipWhen(sockets is Table, "This system does not let a process ask for sockets by netlink.");
        return (sockets, table);
    }

    private sealed class Table : ISocketInodes
    {
        public int Asked { get; private set; }

        public ulong? Find(IPEndPoint local, IPEndPoint remote)
        {
            Asked++;
            return 99;
        }
    }
}
