using Mesh.Cli.Installation;
using Mesh.Cli.Processes;
using Mesh.Cli.Tests.Processes;
using Mesh.Cli.VirtualMachines;
using Mesh.Model.Bootstrap;
using Mesh.Testing;

namespace Mesh.Cli.Tests.VirtualMachines;

public sealed class SystemdUnitTests
{
    private static readonly SidecarBootstrap Bootstrap = new() { TrustDomain = "example.org", Service = "default/orders", Replica = "orders-1", StateDirectory = "/var/lib/mesh/orders-1", DrainSeconds = 20 };

    private static InstalledProgram True => new(ProgramSearch.Find("true", "/") ?? "/bin/true", ["100%"]);

    [Fact]
    public void Sidecar_Command_IsQuotedAsSystemdReadsIt()
    {
        var unit = SystemdUnit.Sidecar(True, "/etc/mesh/orders.json", Bootstrap, "mesh", ["/opt/orders/run", "two words", "$HOME", "5%", "a\"b", ""], stopSeconds: 30);

        Assert.Contains($"ExecStart={True.Program} 100%% proxy run --bootstrap /etc/mesh/orders.json --stop-timeout 30 -- /opt/orders/run \"two words\" $$HOME 5%% \"a\\\"b\" \"\"\n", unit, StringComparison.Ordinal);
        Assert.Contains("\nTimeoutStopSec=60\n", unit, StringComparison.Ordinal);
        Assert.Contains("\nStateDirectory=mesh/orders-1\n", unit, StringComparison.Ordinal);
        Assert.DoesNotContain('{', unit);
    }

    [Fact]
    public void Sidecar_StateElsewhere_IsMadeWritable() => Assert.Contains(
        "\nReadWritePaths=/srv/orders\n", SystemdUnit.Sidecar(True, "/etc/mesh/orders.json", Bootstrap with { StateDirectory = "/srv/orders" }, "mesh", ["/opt/orders/run"], 30), StringComparison.Ordinal);

    [Fact]
    public async Task Units_SystemdAnalyze_FindsNothingWrong()
    {
        var analyze = ProgramSearch.Find("systemd-analyze", "/");
        Assert.SkipWhen(analyze is null, "No systemd-analyze on this machine: the units are checked where systemd is installed (package systemd).");
        using var folder = new TemporaryFolder();
        string[] units =
        [
            folder.File("mesh-control-plane.service", SystemdUnit.ControlPlane(True, "/etc/mesh/control-plane.json", "root", "/var/lib/mesh/control-plane")),
            folder.File("mesh-orders.service", SystemdUnit.Sidecar(True, "/etc/mesh/orders.json", Bootstrap, "root", [True.Program, "two words", "5%"], 30)),
        ];

        var child = ChildProcess.Start(new ChildStart { Program = analyze, Arguments = ["verify", "--man=no", .. units], WorkingDirectory = folder.Path }, (_, _) => { }, TimeProvider.System);
        var code = await child.Exited.WaitAsync(Shell.Soon, TestContext.Current.CancellationToken);

        // Other units of the machine are none of ours.
        Assert.DoesNotContain(child.LastLines, l => l.Contains("mesh-", StringComparison.Ordinal));
        Assert.True(code == 0 || child.LastLines.Length > 0, $"systemd-analyze ended with {code} and said nothing");
    }
}
