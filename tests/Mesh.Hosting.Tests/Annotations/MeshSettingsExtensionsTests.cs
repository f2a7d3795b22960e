using Aspire.Hosting;
using Aspire.Hosting.Testing;
using Mesh.Hosting.Tests.Models;

namespace Mesh.Hosting.Tests.Annotations;

public sealed class MeshSettingsExtensionsTests
{
    [Fact]
    public void With_EveryCall_SetsTheSameMembersAsAddMesh()
    {
        var builder = DistributedApplicationTestingBuilder.Create();

        var options = builder.AddMesh(configure: o => (o.LogLevel, o.ProxyPath) = ("Debug", "first"))
            .WithTrustDomain("shop.local")
            .WithCertificateLifetime(TimeSpan.FromMinutes(5))
            .WithPoliciesDirectory("../policies")
            .WithDataPlane(proxyPath: "second")
            .WithDataPlane(controlPlanePath: "third")
            .WithHiddenSidecars()
            .WithEgressPolicy()
            .Resource.Options;

        Assert.Equal(
            ("shop.local", TimeSpan.FromMinutes(5), "../policies", "Debug", "second", "third", true, true),
            (options.TrustDomain, options.CertificateLifetime, options.PoliciesDirectory, options.LogLevel, options.ProxyPath, options.ControlPlanePath, options.HideSidecars, options.EgressPolicy));
    }

    [Theory]
    [InlineData("Shop.AppHost", false)]
    [InlineData("apphost", true)] // file-based
    [InlineData("aspire-managed", true)] // in another language
    public void AddMesh_AppHostWhoseProgramIsNotNamedAfterIt_IsCalledAfterItsFolder(string program, bool isFolder)
    {
        var builder = DistributedApplicationTestingBuilder.Create();
        builder.Environment.ApplicationName = program;

        var mesh = builder.AddMesh().Resource;

        Assert.Equal(isFolder ? new DirectoryInfo(builder.AppHostDirectory).Name : program, mesh.AppHostName);
    }

    [Theory]
    [InlineData("information", "LogLevel is 'information'")]
    [InlineData("Loud", "LogLevel is 'Loud'")]
    public async Task WithDataPlane_UnknownLevel_IsRefusedAtTheStart(string level, string expected)
    {
        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => PlannedApp.CreateAsync(_ => { }, o => o.LogLevel = level));

        Assert.StartsWith($"MESH008: {expected}, but it must be one of Trace, Debug, Information, Warning, Error.", error.Message, StringComparison.Ordinal);
    }
}
