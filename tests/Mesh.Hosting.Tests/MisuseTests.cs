using Aspire.Hosting;
using Mesh.Hosting.Diagnostics;
using Mesh.Hosting.Tests.Models;

namespace Mesh.Hosting.Tests;

/// <summary>What is wrong with an AppHost is said with its id, the resource and the cure.</summary>
public sealed class MisuseTests
{
    [Fact]
    public async Task AddMesh_Twice_SaysWhich()
    {
        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => PlannedApp.CreateAsync(builder => builder.AddMesh("second")));

        Assert.StartsWith("MESH001: the app has the mesh 'mesh' already", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sidecar_NameIsTaken_SaysBySidecarOfWhom()
    {
        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => PlannedApp.CreateAsync(builder =>
        {
            builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint();
            builder.AddExecutable("orders-mesh", "other", ".");
        }));

        Assert.StartsWith("MESH002: the sidecar of 'orders' would be named 'orders-mesh'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_Wrong_SaysTheRule()
    {
        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => PlannedApp.CreateAsync(_ => { }, o => o.CertificateLifetime = TimeSpan.FromSeconds(1)));

        Assert.StartsWith("MESH008: CertificateLifetime is '00:00:01'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_TwoThingsWrong_SaysBoth()
    {
        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => PlannedApp.CreateAsync(builder =>
        {
            builder.AddExecutable("a", "a", ".").WithHttpEndpoint(targetPort: 4000);
            builder.AddExecutable("b", "b", ".").WithHttpEndpoint(targetPort: 4000);
            builder.AddExecutable("c", "c", ".").WithHttpEndpoint(targetPort: 4001);
            builder.AddExecutable("d", "d", ".").WithHttpEndpoint(targetPort: 4001);
        }));

        Assert.StartsWith("MESH003:", error.Message, StringComparison.Ordinal);
        Assert.Contains("4000 is a's appPort of 'http' already", error.Message, StringComparison.Ordinal);
        Assert.Contains("4001 is c's appPort of 'http' already", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("13.4.9.0", true, false)]
    [InlineData("13.5.0.0", false, false)]
    [InlineData("13.9.0.0", false, false)]
    [InlineData("14.0.0.0", false, true)]
    public void AspireVersion_OlderIsRefused_LaterMajorIsUntried(string version, bool tooOld, bool untried)
    {
        Assert.Equal(tooOld, AspireVersion.IsTooOld(new Version(version)));
        Assert.Equal(untried, AspireVersion.IsUntried(new Version(version)));
        Assert.StartsWith("MESH013: the app runs on Aspire 13.4, and the mesh needs 13.5 or later", MeshDiagnostics.AspireTooOld(new Version("13.4.9.0")).Message, StringComparison.Ordinal);
    }
}
