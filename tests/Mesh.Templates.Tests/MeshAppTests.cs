namespace Mesh.Templates.Tests;

/// <summary><c>dotnet new mesh-app</c> as a user has it: packages from a feed, nothing of the checkout beside it. The app's own tests start it in the mesh.</summary>
[Collection(Packages.Name)]
public sealed class MeshAppTests(PackedTemplates templates)
{
    [Fact]
    public async Task MeshApp_AppHostIsAProject_ItsTestsPass()
    {
        Assert.SkipWhen(templates.Missing is not null, templates.Missing ?? "");
        Assert.SkipUnless(await PackedTemplates.HasDeveloperCertificateAsync(), "The services have https addresses, and this machine has no developer certificate: run 'dotnet dev-certs https'.");
        var app = await templates.NewAsync("Demo");

        var said = await templates.TestAsync(app);

        Assert.Matches(@"succeeded: +3\b", said);
    }

    [Fact]
    public async Task MeshApp_AppHostIsAFile_BuildsAndItsTestsPass()
    {
        Assert.SkipWhen(templates.Missing is not null, templates.Missing ?? "");
        var app = await templates.NewAsync("Demo.Of-Files", "--apphost", "file", "--no-https");

        await templates.BuildAsync(app, "apphost.cs");
        var said = await templates.TestAsync(app);

        Assert.Matches(@"succeeded: +3\b", said);
    }

    [Fact]
    public async Task MeshApp_WithoutTests_HasNone()
    {
        Assert.SkipWhen(templates.Missing is not null, templates.Missing ?? "");
        var app = await templates.NewAsync("Plain", "--no-tests");

        Assert.False(Directory.Exists(Path.Combine(app, "Plain.Tests")));
        Assert.True(File.Exists(Path.Combine(app, "Plain.AppHost", "AppHost.cs")));
        Assert.False(File.Exists(Path.Combine(app, "azure.yaml")));
    }

    [Theory]
    [InlineData("project", "Demo-For.Azd.AppHost")]
    [InlineData("file", "apphost.cs")]
    public async Task MeshApp_ForAzd_HasWhatAzdNeeds_AndBuilds(string appHost, string built)
    {
        Assert.SkipWhen(templates.Missing is not null, templates.Missing ?? "");
        var app = await templates.NewAsync(appHost == "file" ? "File-For.Azd" : "Demo-For.Azd", "--azd", "--no-tests", "--apphost", appHost);

        var azure = await File.ReadAllTextAsync(Path.Combine(app, "azure.yaml"), TestContext.Current.CancellationToken);
        Assert.Contains(appHost == "file" ? "\nname: file-for-azd\n" : "\nname: demo-for-azd\n", azure, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(app, "infra", "main.bicep")));
        await templates.BuildAsync(app, built);
    }
}
