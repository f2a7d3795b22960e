using System.Globalization;
using Mesh.Cli.Running;
using Mesh.Laptop.Files;
using Mesh.Testing;

namespace Mesh.Cli.Tests.Running;

public sealed class StateFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Open_SecondTime_NamesWhoHasIt()
    {
        var path = Path.Combine(_folder.Path, ".mesh", "shop");
        using var first = StateFolder.Open(path);

        var error = Assert.Throws<CliException>(() => StateFolder.Open(path));

        Assert.Equal(ExitCode.Unavailable, error.ExitCode);
        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $"another 'mesh up' (process {Environment.ProcessId}) runs this app with the state in {path}. Stop it first, or give this one its own: --state DIRECTORY."),
            error.Message);
    }

    [Fact]
    public void Open_AfterItWasClosed_Works()
    {
        var path = Path.Combine(_folder.Path, "state");
        StateFolder.Open(path).Dispose();

        using var second = StateFolder.Open(path);

        Assert.Equal(path, second.Path);
    }

    [Fact]
    public void Open_UnderDotMesh_KeepsSecretsOutOfGit()
    {
        using var state = StateFolder.Open(Path.Combine(_folder.Path, ".mesh", "shop"));

        Assert.Equal("*\n", File.ReadAllText(Path.Combine(_folder.Path, ".mesh", ".gitignore")));
    }

    [Fact]
    public void Files_AreTheOwnersOnly()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no Unix modes.");
            return;
        }

        using var state = StateFolder.Open(Path.Combine(_folder.Path, "state"));
        SecretFile.Write(state.Bootstrap("orders-0"), "{}");

        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        foreach (var path in new[] { state.Path, state.ControlPlane, state.Sidecar("orders-0"), state.App("orders-0"), state.Bootstrap("orders-0") })
        {
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(path) & Others);
        }
    }

    public void Dispose() => _folder.Dispose();
}
