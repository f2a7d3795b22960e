using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.Direct;

/// <summary>What ends a sidecar.</summary>
[Collection("Failure")]
public sealed class SidecarEndTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Parent_Killed_SidecarLeavesTheMeshAndEnds()
    {
        Assert.SkipUnless(File.Exists("/bin/sleep"), "Starts sleep(1), which Unix systems have.");
        using var parent = Process.Start("/bin/sleep", "600");
        try
        {
            await using var mesh = await DirectMesh.StartAsync(replicas: 1, parent.Id);

            parent.Kill();
            var ending = Stopwatch.StartNew();
            await mesh.Sidecar("orders-0").WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Soon, TestContext.Current.CancellationToken);
            TestContext.Current.TestOutputHelper?.WriteLine($"ended {ending.ElapsedMilliseconds} ms after its parent");

            Assert.Equal(0, mesh.Sidecar("orders-0").ExitCode);
            Assert.Contains("orders-0 has left", mesh.Output, StringComparison.Ordinal);
        }
        finally
        {
            parent.Kill();
        }
    }

    [Fact]
    public async Task SecondSignal_SidecarEndsAtOnceThoughAConnectionIsOpen()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are Unix's.");
        await using var mesh = await DirectMesh.StartAsync(replicas: 1);
        var sidecar = mesh.Sidecar("orders-0");
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await silent.ConnectAsync(IPEndPoint.Parse(mesh.FrontDoor("orders-0")), TestContext.Current.CancellationToken);

        // In one piece: what answers the first has the beginning of the second, and does not take the connection for an idle one.
        await silent.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\n"u8.ToArray());
        Assert.NotEqual(0, await silent.ReceiveAsync(new byte[4096]).WaitAsync(Soon, TestContext.Current.CancellationToken));

        using var first = Process.Start("kill", ["-TERM", $"{sidecar.Id}"]);
        await Eventually.GetAsync(() => Task.FromResult(mesh.Output), o => o.Contains("orders-0 has left", StringComparison.Ordinal), Soon);
        Assert.False(sidecar.HasExited);
        using var second = Process.Start("kill", ["-TERM", $"{sidecar.Id}"]);
        await sidecar.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Soon, TestContext.Current.CancellationToken);

        Assert.Equal(1, sidecar.ExitCode);
    }

    [Theory]
    [InlineData("HUP")]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("QUIT")]
    public async Task Signal_SidecarLeavesTheMeshAndEndsWithZero(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are Unix's.");
        Assert.SkipWhen(await IsIgnoredAsync(signal), "Whoever started this process ignores the signal, as nohup does, and so does all that it starts.");
        await using var mesh = await DirectMesh.StartAsync(replicas: 1);
        var sidecar = mesh.Sidecar("orders-0");

        using var kill = Process.Start("kill", [$"-{signal}", $"{sidecar.Id}"]);
        await sidecar.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Soon, TestContext.Current.CancellationToken);

        Assert.Equal(0, sidecar.ExitCode);
        Assert.Contains($"SIG{signal}: leaving the mesh", mesh.Output, StringComparison.Ordinal);
        Assert.Contains("orders-0 has left", mesh.Output, StringComparison.Ordinal);
        await Eventually.GetAsync(mesh.ReadySidecarsAsync, n => n == 0, Soon);
    }

    [Fact]
    public async Task Signal_WhileTheControlPlaneIsAway_SidecarEndsWithoutAnError()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are Unix's.");
        await using var mesh = await DirectMesh.StartAsync(replicas: 1);
        var sidecar = mesh.Sidecar("orders-0");
        mesh.KillControlPlane();
        await Eventually.GetAsync(() => Task.FromResult(mesh.Output), o => o.Contains("No control plane", StringComparison.Ordinal), Soon);

        using var kill = Process.Start("kill", ["-TERM", $"{sidecar.Id}"]);
        await sidecar.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Soon, TestContext.Current.CancellationToken);

        Assert.Equal(0, sidecar.ExitCode);
        Assert.DoesNotContain("FATAL", mesh.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ERROR", mesh.Output, StringComparison.Ordinal);
    }

    // As a process sees it that is started from here; only Linux says so, elsewhere these tests are started as they should be.
    private static async Task<bool> IsIgnoredAsync(string signal)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        var number = signal switch { "HUP" => 1, "INT" => 2, "QUIT" => 3, _ => 15 };
        var (_, line) = await Command.RunAsync("grep", new Dictionary<string, string>(), ["SigIgn:", "/proc/self/status"]);
        return ((ulong.Parse(line.Split(':')[1].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> (number - 1)) & 1) != 0;
    }
}
