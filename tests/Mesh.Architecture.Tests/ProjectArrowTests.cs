namespace Mesh.Architecture.Tests;

public sealed class ProjectArrowTests
{
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Mesh.Model"] = [],
        ["Mesh.Yaml"] = ["Mesh.Model"],
        ["Mesh.Xds"] = ["Mesh.Model"],
        ["Mesh.ControlPlane"] = ["Mesh.Model", "Mesh.Xds", "Mesh.Yaml"],
        ["Mesh.Proxy"] = ["Mesh.Model", "Mesh.Xds"],
        ["Mesh.Proxy.Native"] = [],
        ["Mesh.Laptop"] = ["Mesh.Model"],
        ["Mesh.Cli"] = ["Mesh.Laptop", "Mesh.Model", "Mesh.Yaml"],
        ["Mesh.Hosting"] = ["Mesh.Laptop", "Mesh.Model"],
        ["Mesh.Hosting.Kubernetes"] = ["Mesh.Hosting"],
        ["Mesh.Hosting.Testing"] = ["Mesh.Hosting"],
    };

    public static TheoryData<string> SourceProjects => new(Repository.Projects("src").Keys);

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void Project_References_FollowTheArrows(string project)
    {
        var references = Repository.Includes(Repository.Projects("src")[project], "ProjectReference")
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
    public void Model_NeedsNoPackage() => Assert.Empty(Repository.Includes(Repository.Projects("src")["Mesh.Model"], "PackageReference"));

    private static void OnlyIn(string package, Func<string, bool> allowed)
    {
        var others = Repository.Projects("src")
            .Where(p => !allowed(p.Key) && Repository.Includes(p.Value, "PackageReference").Any(r => r.StartsWith(package, StringComparison.Ordinal)))
            .Select(p => p.Key);

        Assert.Empty(others);
    }
}
