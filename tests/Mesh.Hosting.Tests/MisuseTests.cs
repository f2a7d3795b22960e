using Aspire.Hosting;
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
}
