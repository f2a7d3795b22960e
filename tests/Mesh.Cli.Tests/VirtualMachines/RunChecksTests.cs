using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Mesh.Cli.Installation;
using Mesh.Cli.Tests.Processes;
using Mesh.Cli.VirtualMachines;
using Mesh.Testing;

namespace Mesh.Cli.Tests.VirtualMachines;

public sealed class RunChecksTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Socket _closed = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public void Dispose()
    {
        _closed.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Throw_EverythingWrong_IsSaidAtOnceWithTheCure()
    {
        Shell.Needed();
        var file = Bootstrap(Token("spiffe://example.org/ns/default/sa/other", "2020-01-01T00:00:00Z"), ClosedPort());

        var error = await Assert.ThrowsAsync<CliException>(() => CheckAsync(file, "no-such-app", proxySays: "file: replica: is empty"));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Equal(
            [
                "nothing was started:",
                "there is no 'no-such-app' on PATH; install it, or give its path",
                "file: replica: is empty",
                $"{file}: token: expired 2020-01-01 00:00:00Z; issue a new file with 'mesh token default/orders --out FILE …'",
                $"{file}: token: is for spiffe://example.org/ns/default/sa/other, not for default/orders; issue one with 'mesh token default/orders --out FILE …'",
            ],
            error.Message.Split('\n')[..5]);
        Assert.Contains("cannot be reached", error.Message.Split('\n')[5], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Throw_ControlPlaneAwayOnly_IsWhatARestartMayCure()
    {
        Shell.Needed();

        var error = await Assert.ThrowsAsync<CliException>(() => CheckAsync(Bootstrap(Token("spiffe://example.org/ns/default/sa/orders", "2999-01-01T00:00:00Z"), ClosedPort()), "sh"));

        Assert.Equal(ExitCode.Unavailable, error.ExitCode);
    }

    [Fact]
    public async Task Throw_NoFile_SaysHowToGetOne()
    {
        Shell.Needed();

        var error = await Assert.ThrowsAsync<CliException>(() => CheckAsync("missing.json", "sh"));

        Assert.Equal(ExitCode.NoInput, error.ExitCode);
        Assert.Contains("'mesh token SERVICE --out FILE' makes one", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Throw_AllIsWell_FileComesBack()
    {
        Shell.Needed();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();

        var bootstrap = await CheckAsync(Bootstrap(Token("spiffe://example.org/ns/default/sa/orders", "2999-01-01T00:00:00Z"), ((IPEndPoint)listener.LocalEndPoint!).Port), "sh");

        Assert.Equal("default/orders", bootstrap.Service);
    }

    private Task<Model.Bootstrap.SidecarBootstrap> CheckAsync(string file, string app, string? proxySays = null)
    {
        var proxy = new InstalledProgram(Cli.Processes.ProgramSearch.Find("sh", "/")!, ["-c", proxySays is null ? "exit 0" : $"echo '{proxySays}' >&2; exit 64", "proxy"]);
        return new RunChecks(proxy, TimeProvider.System).ThrowAsync(
            new RunOptions { Bootstrap = Path.Combine(_folder.Path, file), Command = [app], Directory = _folder.Path, ReadyWithin = Shell.Soon, StopWithin = Shell.Soon },
            TestContext.Current.CancellationToken);
    }

    private string Bootstrap(string token, int port) => _folder.File("orders.json", $$"""
        {
          "trustDomain": "example.org", "service": "default/orders", "replica": "orders-1", "controlPlane": "https://127.0.0.1:{{port}}", "token": "{{token}}",
          "stateDirectory": "{{_folder.Path}}/state", "admin": { "address": "127.0.0.1:1", "token": "0123456789abcdef" }
        }
        """);

    private static string Token(string id, string expires) =>
        $"mesh1.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{ "id": "1", "spiffeId": "{{id}}", "expiresAt": "{{expires}}" }"""))}.seal";

    // Bound, so that nobody else has it, and not listening.
    private int ClosedPort()
    {
        _closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)_closed.LocalEndPoint!).Port;
    }
}
