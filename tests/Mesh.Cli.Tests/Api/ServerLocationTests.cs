using Mesh.Cli.Api;
using Mesh.Testing;

namespace Mesh.Cli.Tests.Api;

public sealed class ServerLocationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private ServerLocation Find(string? server = null, string? tokenFile = null, string directory = "") =>
        ServerLocation.Find(server, tokenFile, _ => null, Path.Combine(_folder.Path, directory), Apps);

    private RunningApps Apps => new(Path.Combine(_folder.Path, "running"));

    private void Running(string app, string token, int processId, DateTime at)
    {
        var file = new ServerFile { App = app, Server = "http://127.0.0.1:15014", Token = token, ProcessId = processId, File = "mesh.yaml" };
        File.SetLastWriteTimeUtc(_folder.File(Path.Combine(".mesh", app, ServerFile.Name), file.ToJson()), at);
    }

    [Fact]
    public void Find_AppRunsInADirectoryAbove_IsTaken()
    {
        Running("shop", "secret", Environment.ProcessId, DateTime.UnixEpoch);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "src", "orders"));

        Assert.Equal(new ServerLocation(new Uri("http://127.0.0.1:15014"), "secret"), Find(directory: Path.Combine("src", "orders")));
    }

    [Fact]
    public void Find_TwoApps_TakesTheNewestThatStillRuns()
    {
        Running("old", "old", Environment.ProcessId, DateTime.UnixEpoch);
        Running("new", "new", Environment.ProcessId, DateTime.UnixEpoch.AddDays(1));
        Running("killed", "killed", int.MaxValue, DateTime.UnixEpoch.AddDays(2));

        Assert.Equal("new", Find().Token);
    }

    [Fact]
    public void Find_RunsElsewhere_TakesTheOnlyOne()
    {
        using var elsewhere = new TemporaryFolder();
        var file = new ServerFile { App = "shop", Server = "http://127.0.0.1:15014", Token = "secret", ProcessId = Environment.ProcessId, File = "mesh.yaml" };
        var path = elsewhere.File(ServerFile.Name, file.ToJson());

        using (Apps.Add(path, Environment.ProcessId))
        {
            Assert.Equal("secret", Find().Token);
            using (Apps.Add(path, int.MaxValue))
            {
                var error = Assert.Throws<CliException>(() => Find());
                Assert.Equal(ExitCode.Usage, error.ExitCode);
                Assert.Contains("shop: http://127.0.0.1:15014 (mesh.yaml)", error.Message, StringComparison.Ordinal);
            }
        }

        Assert.Equal(ExitCode.Unavailable, Assert.Throws<CliException>(() => Find()).ExitCode);
    }

    [Fact]
    public void Find_ServerAndTokenFile_AreTaken()
    {
        var tokenFile = _folder.File("token", "secret\n");

        Assert.Equal(new ServerLocation(new Uri("https://mesh.example:15014"), "secret"), Find("https://mesh.example:15014", tokenFile));
        Assert.Equal("secret", ServerLocation.Find(null, null, n => n == ServerLocation.ServerVariable ? "http://a" : n == ServerLocation.TokenFileVariable ? tokenFile : null, _folder.Path, Apps).Token);
    }

    [Theory]
    [InlineData(null, null, ExitCode.Unavailable)]
    [InlineData("localhost", null, ExitCode.Usage)]
    [InlineData("http://a", "none", ExitCode.NoInput)]
    public void Find_NothingOrNonsense_SaysWhatToGive(string? server, string? tokenFile, int expected) =>
        Assert.Equal(expected, Assert.Throws<CliException>(() => Find(server, tokenFile)).ExitCode);

    public void Dispose() => _folder.Dispose();
}
