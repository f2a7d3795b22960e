using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mesh.Proxy.Identity;

namespace Mesh.Proxy.Tests.Identity;

public sealed class LinuxPeerProcessesTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("default/stock", "exec 3<>/dev/tcp/127.0.0.1/PORT; read line <&3")]
    [InlineData("default/stock", "env -u MESH_WORKLOAD bash -c 'exec 3<>/dev/tcp/127.0.0.1/PORT; read line <&3'; true")]
    [InlineData(null, "exec 3<>/dev/tcp/127.0.0.1/PORT; read line <&3")]
    public async Task Find_ProcessAtTheOtherEnd_TellsItsService(string? workload, string script)
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
        var processes = new LinuxPeerProcesses();

        var found = await processes.FindAsync((IPEndPoint)socket.RemoteEndPoint!, (IPEndPoint)socket.LocalEndPoint!).AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);
        var again = await processes.FindAsync((IPEndPoint)socket.RemoteEndPoint!, (IPEndPoint)socket.LocalEndPoint!).AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);

        socket.Dispose();
        await child.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.True(found.IsKnown);
        Assert.Equal(workload, found.Workload?.ToString());
        Assert.Equal(found, again);
    }

    [Fact]
    public async Task Find_NoSuchConnection_IsUnknown()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc: Linux.");

        var found = await new LinuxPeerProcesses().FindAsync(IPEndPoint.Parse("127.0.0.1:1"), IPEndPoint.Parse("127.0.0.1:2")).AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);

        Assert.False(found.IsKnown);
    }

    [Fact]
    public async Task Find_DualModeClient_IsFoundToo()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Socket.OSSupportsIPv6, "Reads /proc, needs IPv6: Linux.");
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        await client.ConnectAsync(listener.LocalEndPoint!, TestContext.Current.CancellationToken).AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);
        using var socket = await listener.AcceptAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);

        var found = await new LinuxPeerProcesses().FindAsync((IPEndPoint)socket.RemoteEndPoint!, (IPEndPoint)socket.LocalEndPoint!).AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);

        Assert.Equal(Environment.ProcessId, found.ProcessId);
    }
}
