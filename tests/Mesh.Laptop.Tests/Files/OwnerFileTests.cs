using System.Runtime.Versioning;
using Mesh.Files;
using Mesh.Laptop.Files;
using Mesh.Testing;

namespace Mesh.Laptop.Tests.Files;

/// <summary>Keys and tokens on a disk: whole or not at all, and their owner's alone.</summary>
public sealed class OwnerFileTests : IDisposable
{
    private const UnixFileMode Owners = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everybodys = Owners | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly TemporaryFolder _folder = new();

    private string Target => Path.Combine(_folder.Path, "bootstrap.json");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("bootstrap.json")]
    [InlineData("bootstrap.json.new")]
    [InlineData("bootstrap.json.next")]
    [UnsupportedOSPlatform("windows")]
    public void Write_BesideAFileThatEverybodyMayRead_IsTheOwnersAlone(string leftOver)
    {
        SkipOnWindows();
        File.SetUnixFileMode(_folder.File(leftOver, "old"), Everybodys);

        SecretFile.Write(Target, "token");

        Assert.Equal(("token", Owners), (File.ReadAllText(Target), File.GetUnixFileMode(Target)));
    }

    [Fact]
    public void Write_ThatFailsHalfway_LeavesTheOldFileAndNothingElse()
    {
        _folder.File("bootstrap.json", "old");

        Assert.Throws<InvalidOperationException>(() => OwnerFile.Write(Target, stream =>
        {
            stream.Write("half"u8);
            throw new InvalidOperationException();
        }));

        Assert.Equal("old", File.ReadAllText(Target));
        Assert.Equal([Target], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void TryCreate_WhereAFileIs_LeavesItAndNothingElse()
    {
        Assert.True(OwnerFile.TryCreate(Target, "first"u8));
        Assert.False(OwnerFile.TryCreate(Target, "second"u8));

        Assert.Equal("first", File.ReadAllText(Target));
        Assert.Equal([Target], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void CloseDirectory_ThatOthersMayRead_IsTheOwnersAlone_WhereMakeDirectoryLeavesIt()
    {
        SkipOnWindows();
        File.SetUnixFileMode(_folder.Path, OwnerFile.DirectoryMode | UnixFileMode.OtherRead);

        OwnerFile.MakeDirectory(_folder.Path);
        Assert.NotEqual(OwnerFile.DirectoryMode, File.GetUnixFileMode(_folder.Path));

        OwnerFile.CloseDirectory(_folder.Path);
        Assert.Equal(OwnerFile.DirectoryMode, File.GetUnixFileMode(_folder.Path));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void OpenAppend_NewFile_IsTheOwnersAndKeepsWhatIsThere()
    {
        SkipOnWindows();
        foreach (var line in (string[])["a", "b"])
        {
            using var writer = new StreamWriter(OwnerFile.OpenAppend(Target));
            writer.Write(line);
        }

        Assert.Equal(("ab", Owners), (File.ReadAllText(Target), File.GetUnixFileMode(Target)));
    }

    private static void SkipOnWindows()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Modes of files are Unix'; on Windows rights are inherited.");
        }
    }
}
