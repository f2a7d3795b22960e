using Aspire.Hosting;
using Mesh.Hosting.Installation;
using Mesh.Testing;
using Microsoft.Extensions.Configuration;

namespace Mesh.Hosting.Tests.Installation;

/// <summary>Which control plane and proxy an AppHost starts.</summary>
public sealed class MeshProgramsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Program_NamedByASetting_IsTakenUnlessTheAppHostNamesAnother()
    {
        var (set, named) = (_folder.File("set/mesh-proxy", ""), _folder.File("named/mesh-proxy", ""));
        var programs = Programs(("Mesh:ProxyPath", set), ("Mesh:ControlPlanePath", named));

        Assert.Equal(set, programs.Proxy(given: null).Command);
        Assert.Equal(named, programs.Proxy(given: named).Command);
        Assert.Equal(named, programs.ControlPlane(given: null).Command);
    }

    [Fact]
    public void Program_NamedByASettingButNotThere_IsMissedAndNoOtherIsTaken()
    {
        var error = Assert.Throws<DistributedApplicationException>(() => Programs(("Mesh:ProxyPath", "/nowhere/mesh-proxy")).Proxy(given: null));

        Assert.StartsWith("MESH004: mesh-proxy was not found. Looked at: /nowhere/mesh-proxy.", error.Message, StringComparison.Ordinal);
        Assert.Contains("the setting Mesh:ProxyPath", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PortableProgram_NoDotnetOnTheMachine_SaysWhatToInstall()
    {
        var error = Assert.Throws<DistributedApplicationException>(() => MeshProgram.At("mesh-proxy.dll", [null, "/nowhere/dotnet"]));

        Assert.StartsWith("MESH005: mesh-proxy.dll needs 'dotnet' on PATH: install the .NET 10 runtime", error.Message, StringComparison.Ordinal);
        Assert.Equal("mesh-proxy", MeshProgram.At("mesh-proxy", []).Command);
    }

    private static MeshPrograms Programs(params (string Key, string Value)[] settings) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build(), appHost: null);
}
