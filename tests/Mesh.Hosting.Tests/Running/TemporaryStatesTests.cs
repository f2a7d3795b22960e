using System.Runtime.Versioning;
using Mesh.Hosting.Running;
using Mesh.Laptop.Files;
using Mesh.Testing;

namespace Mesh.Hosting.Tests.Running;

/// <summary>The keys and tokens of AppHosts that keep nothing.</summary>
public sealed class TemporaryStatesTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly TemporaryStates _states;

    public TemporaryStatesTests() => _states = new TemporaryStates(_root.Path);

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Sweep_AppHostThatWasKilled_ItsKeysAreRemovedAndThoseOfOneThatRunsStay()
    {
        var killed = Killed();
        var (runs, @lock) = _states.Make();
        using (@lock)
        {
            File.WriteAllText(Path.Combine(runs, "control-plane.json"), "token");
            var (own, ownLock) = _states.Make();
            using (ownLock)
            {
                _states.Sweep(ownLock);

                Assert.False(Directory.Exists(killed));
                Assert.Equal(["control-plane.json", "lock"], Directory.EnumerateFiles(runs).Select(Path.GetFileName).Order(StringComparer.Ordinal));
                Assert.True(Directory.Exists(own));
            }
        }
    }

    [Fact]
    public void Sweep_WhatIsNotCertainlyOurs_Stays()
    {
        var other = _root.File("mesh-cli-x/lock", "");
        SecretFile.MakeFolder(Path.Combine(_root.Path, "mesh-apphost-being-made"));
        var (_, @lock) = _states.Make();
        using (@lock)
        {
            _states.Sweep(@lock);
        }

        Assert.True(File.Exists(other));
        Assert.True(Directory.Exists(Path.Combine(_root.Path, "mesh-apphost-being-made")));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Sweep_DirectoryThatOthersMayWriteOrALink_Stays()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows' directory for temporary files is the user's own; this is about one that is shared.");
        }

        var open = Path.GetDirectoryName(_root.File("mesh-apphost-open/lock", ""))!;
        File.SetUnixFileMode(open, SecretFile.OwnerOnly | UnixFileMode.OtherWrite | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        var precious = Path.Combine(_root.Path, "precious");
        SecretFile.MakeFolder(precious);
        _root.File("precious/lock", "");
        Directory.CreateSymbolicLink(Path.Combine(_root.Path, "mesh-apphost-link"), precious);
        var (_, @lock) = _states.Make();
        using (@lock)
        {
            _states.Sweep(@lock);
        }

        Assert.True(File.Exists(Path.Combine(open, "lock")));
        Assert.True(File.Exists(Path.Combine(precious, "lock")));
    }

    [Fact]
    public void Sweep_WhereLocksMeanNothing_RemovesNothing()
    {
        var killed = Killed();
        var (_, @lock) = _states.Make();
        @lock.Dispose(); // as on a file system that gives a lock to everybody who asks

        _states.Sweep(@lock);

        Assert.True(Directory.Exists(killed));
    }

    [Fact]
    public void Remove_EndOfTheApp_LeavesNothing()
    {
        var (path, @lock) = _states.Make();
        Directory.CreateDirectory(Path.Combine(path, "sidecars", "default.orders-0"));
        File.WriteAllText(Path.Combine(path, "sidecars", "default.orders-0", "bootstrap.json"), "token");

        TemporaryStates.Remove(path, @lock);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_root.Path));
    }

    private string Killed()
    {
        var (path, @lock) = _states.Make();
        Directory.CreateDirectory(Path.Combine(path, "certificates"));
        File.WriteAllText(Path.Combine(path, "certificates", "developer.key"), "key");
        @lock.Dispose(); // the kernel's doing
        return path;
    }
}
