using Mesh.Cli.Installation;
using Mesh.Laptop.Programs;
using Mesh.Testing;

namespace Mesh.Cli.Tests.Installation;

public sealed class MeshInstallationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private MeshInstallation At(string? variable = null) => new(_folder.Path, name => name == MeshInstallation.ProxyVariable ? variable : null);

    [Fact]
    public void Proxy_NativeAndPortable_TakesTheNative()
    {
        var native = _folder.File(Path.Combine("proxy", OperatingSystem.IsWindows() ? "mesh-proxy.exe" : "mesh-proxy"), "");
        _folder.File(Path.Combine("proxy", "mesh-proxy.dll"), "");

        Assert.Equal(native, At().Proxy().Program);
    }

    [Fact]
    public void Proxy_PortableOnly_RunsWithDotnet()
    {
        var portable = _folder.File(Path.Combine("proxy", "mesh-proxy.dll"), "");

        Assert.Equal(["exec", portable], At().Proxy().Arguments);
    }

    [Fact]
    public void Proxy_BuiltForThisSystem_IsTakenBeforeThePortable()
    {
        var built = _folder.File(Path.Combine(ProgramPlaces.System, "mesh-proxy.dll"), "");
        _folder.File(Path.Combine("proxy", "mesh-proxy.dll"), "");

        Assert.Equal(["exec", built], At().Proxy().Arguments);
    }

    [Fact]
    public void Proxy_Variable_Wins()
    {
        _folder.File(Path.Combine("proxy", "mesh-proxy"), "");
        var other = _folder.File("other", "");

        Assert.Equal(other, At(other).Proxy().Program);
    }

    [Fact]
    public void Proxy_Missing_SaysWhatToRun()
    {
        var error = Assert.Throws<CliException>(() => At().Proxy());

        Assert.Equal(ExitCode.Unavailable, error.ExitCode);
        Assert.Contains("./build.sh", error.Message, StringComparison.Ordinal);
        Assert.Contains("MESH_PROXY_PATH", error.Message, StringComparison.Ordinal);
        Assert.Equal("MESH_PROXY_PATH=nowhere (there is no such file)", Assert.Throws<CliException>(() => At("nowhere").Proxy()).Message);
    }

    public void Dispose() => _folder.Dispose();
}
