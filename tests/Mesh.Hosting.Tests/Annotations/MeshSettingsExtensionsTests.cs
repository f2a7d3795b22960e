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
            .Resource.Options;

        Assert.Equal(
            ("shop.local", TimeSpan.FromMinutes(5), "../policies", "Debug", "second", "third", true),
            (options.TrustDomain, options.CertificateLifetime, options.PoliciesDirectory, options.LogLevel, options.ProxyPath, options.ControlPlanePath, options.HideSidecars));
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
