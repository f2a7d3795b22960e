namespace Mesh.Architecture.Tests;

public sealed class ProjectArrowTests
{
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Mesh.Model"] = [],
        ["Mesh.Analyzers"] = [],
        ["Mesh.Yaml"] = ["Mesh.Model"],
        ["Mesh.Xds"] = ["Mesh.Model"],
        ["Mesh.Kubernetes"] = ["Mesh.Model"],
        ["Mesh.ControlPlane"] = ["Mesh.Kubernetes", "Mesh.Model", "Mesh.Xds", "Mesh.Yaml"],
        ["Mesh.Proxy"] = ["Mesh.Model", "Mesh.Xds"],
        ["Mesh.Proxy.Native"] = [],
        ["Mesh.Laptop"] = ["Mesh.Model"],
        ["Mesh.Cli"] = ["Mesh.Kubernetes", "Mesh.Laptop", "Mesh.Model", "Mesh.Yaml"],
        ["Mesh.Hosting"] = ["Mesh.Analyzers", "Mesh.Laptop", "Mesh.Model"],
        ["Mesh.Hosting.Docker"] = ["Mesh.Hosting", "Mesh.Kubernetes", "Mesh.Model", "Mesh.Yaml"],
        ["Mesh.Hosting.Kubernetes"] = ["Mesh.Hosting", "Mesh.Kubernetes", "Mesh.Model", "Mesh.Yaml"],
        ["Mesh.Hosting.Testing"] = ["Mesh.Hosting", "Mesh.Yaml"],
    };

    public static TheoryData<string> SourceProjects => new(ProjectFiles.Below("src").Keys);

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void Project_References_FollowTheArrows(string project)
    {
        var references = ProjectFiles.Includes(ProjectFiles.Below("src")[project], "ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Replace('\\', '/')));

        Assert.True(Arrows.TryGetValue(project, out var allowed), $"{project} is new: give it its arrows here and in ARCHITECTURE.md.");
        Assert.Empty(references.Except(allowed));
    }

    [Fact]
    public void Aspire_OnlyHostingMentionsIt() => OnlyIn("Aspire.", p => p.StartsWith("Mesh.Hosting", StringComparison.Ordinal));

    [Fact]
    public void Yarp_OnlyProxyMentionsIt() => OnlyIn("Yarp.", p => p == "Mesh.Proxy");

    [Fact]
    public void GeneratedWire_OnlyXdsHoldsIt() => OnlyIn("Grpc.Tools", p => p == "Mesh.Xds");

    [Fact]
    public void Model_NeedsNoPackage() => Assert.Empty(ProjectFiles.Includes(ProjectFiles.Below("src")["Mesh.Model"], "PackageReference"));

    private static void OnlyIn(string package, Func<string, bool> allowed)
    {
        var others = ProjectFiles.Below("src")
            .Where(p => !allowed(p.Key) && ProjectFiles.Includes(p.Value, "PackageReference").Any(r => r.StartsWith(package, StringComparison.Ordinal)))
            .Select(p => p.Key);

        Assert.Empty(others);
    }
}
