using System.Reflection;
using Mesh.Testing;
using NetArchTest.Rules;

namespace Mesh.Architecture.Tests;

public sealed class FolderOrderTests
{
    // Top to bottom; folders of one storey never meet.
    private static readonly string[][] ProxyStoreys =
    [
        ["Composition"],
        ["Admin"],
        ["Relay"],
        ["Inbound", "Outbound"],
        ["Policies"],
        ["Downstreams"],
        ["Upstreams"],
        ["Identity", "Configuration"],
        ["Telemetry"],
        ["Errors"],
        ["Bootstrap"],
    ];

    private static readonly string[] ControlPlaneFolders = ["Composition", "Kubernetes", "Ui", "Api", "Discovery", "Compilation", "Authority", "Store", "Insight"];

    private static readonly Assembly Proxy = Assembly.Load("mesh-proxy");

    public static TheoryData<string, string> Forbidden
    {
        get
        {
            var data = new TheoryData<string, string>();
            for (var lower = 0; lower < ProxyStoreys.Length; lower++)
            {
                foreach (var folder in ProxyStoreys[lower])
                {
                    foreach (var above in ProxyStoreys[..lower].SelectMany(s => s).Concat(ProxyStoreys[lower].Where(f => f != folder && f is "Inbound" or "Outbound")))
                    {
                        if (above != folder)
                        {
                            data.Add(folder, above);
                        }
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Forbidden))]
    public void ProxyFolder_UsesOnlyFoldersBelow(string folder, string above)
    {
        var result = Types.InAssembly(Proxy)
            .That().ResideInNamespaceStartingWith($"Mesh.Proxy.{folder}")
            .ShouldNot().HaveDependencyOn($"Mesh.Proxy.{above}")
            .GetResult();

        Assert.True(result.IsSuccessful, $"{folder} uses {above}: {string.Join(", ", result.FailingTypeNames ?? [])}");
    }

    public static TheoryData<string, string> ForbiddenInControlPlane
    {
        get
        {
            var data = new TheoryData<string, string>();
            for (var lower = 0; lower < ControlPlaneFolders.Length; lower++)
            {
                foreach (var above in ControlPlaneFolders[..lower])
                {
                    data.Add(ControlPlaneFolders[lower], above);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(ForbiddenInControlPlane))]
    public void ControlPlaneFolder_UsesOnlyFoldersBelow(string folder, string above)
    {
        var result = Types.InAssembly(Assembly.Load("mesh-control-plane"))
            .That().ResideInNamespaceStartingWith($"Mesh.ControlPlane.{folder}")
            .ShouldNot().HaveDependencyOn($"Mesh.ControlPlane.{above}")
            .GetResult();

        Assert.True(result.IsSuccessful, $"{folder} uses {above}: {string.Join(", ", result.FailingTypeNames ?? [])}");
    }

    [Fact]
    public void ProxyFolders_AllHaveAStorey()
    {
        var known = ProxyStoreys.SelectMany(s => s).Append("Properties").ToHashSet();
        var folders = Directory.EnumerateDirectories(Checkout.PathTo("src", "Mesh.Proxy")).Select(Path.GetFileName).Where(f => f is not "bin" and not "obj");

        Assert.All(folders, f => Assert.Contains(f!, known));
    }

    [Theory]
    [InlineData("System.IO.File")]
    [InlineData("System.IO.Directory")]
    [InlineData("System.Net.Sockets")]
    [InlineData("System.Net.Http")]
    [InlineData("System.Threading.Tasks.Task")]
    [InlineData("System.TimeProvider")]
    [InlineData("System.Diagnostics.Process")]
    [InlineData("Microsoft.Extensions")]
    public void Model_IsPure(string forbidden)
    {
        var result = Types.InAssembly(typeof(Mesh.Model.Origin).Assembly)
            .ShouldNot().HaveDependencyOn(forbidden)
            .GetResult();

        Assert.True(result.IsSuccessful, $"{forbidden} is used by {string.Join(", ", result.FailingTypeNames ?? [])}");
    }

    [Fact]
    public void ControlPlaneAndProxy_NeverSeeEachOther()
    {
        Assert.DoesNotContain(Proxy.GetReferencedAssemblies(), a => a.Name == "mesh-control-plane");
        Assert.DoesNotContain(Assembly.Load("mesh-control-plane").GetReferencedAssemblies(), a => a.Name == "mesh-proxy");
    }
}
