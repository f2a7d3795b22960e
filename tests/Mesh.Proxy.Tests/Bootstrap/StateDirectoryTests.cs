using Mesh.Proxy.Bootstrap;

namespace Mesh.Proxy.Tests.Bootstrap;

public sealed class StateDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    [Fact]
    public void Prepare_OpenDirectory_ClosesIt()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        var path = Path.Combine(_temporary.Path, "state");
        Directory.CreateDirectory(path, (UnixFileMode)0b111_101_101);

        new StateDirectory(path).Prepare();

        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Write_OverAnOpenFile_LeavesAClosedOneAndNoDraft()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        var directory = new StateDirectory(_temporary.Path);
        var file = Path.Combine(_temporary.Path, "svid.pem");
        File.WriteAllText(file, "old");
        File.SetUnixFileMode(file, (UnixFileMode)0b110_100_100);

        directory.Write("svid.pem", "new"u8);

        Assert.Equal("new"u8.ToArray(), directory.Read("svid.pem"));
        Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(file));
        Assert.Single(Directory.GetFiles(_temporary.Path));
    }

    [Fact]
    public void Prepare_AfterACrashLeftADraft_RemovesItAndKeepsWhatIsWhole()
    {
        var directory = new StateDirectory(_temporary.Path);
        directory.Write("svid.pem", "whole"u8);
        File.WriteAllText(Path.Combine(_temporary.Path, ".svid.pem.0123456789abcdef.draft"), "half");

        directory.Prepare();

        Assert.Equal("whole"u8.ToArray(), directory.Read("svid.pem"));
        Assert.Single(Directory.GetFiles(_temporary.Path));
    }

    [Fact]
    public void Read_NoFile_IsNull() => Assert.Null(new StateDirectory(_temporary.Path).Read("svid.pem"));

    public void Dispose() => _temporary.Dispose();
}
