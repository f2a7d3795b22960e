using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Testing;

namespace Mesh.Hosting.Tests.Models;

/// <summary>What goes on when the AppHost ends, and is found again at its next start.</summary>
public sealed class PersistentTests
{
    [Theory]
    [InlineData("lifetime of the container")]
    [InlineData("lifetime of any resource")]
    [InlineData("lifetime of another resource")]
    public async Task PersistentContainer_WhichStillHoldsItsPort_KeepsIt_AndSoIsNotMadeAnew(string how)
    {
        using var state = new TemporaryFolder();
        var first = await HostPortAsync(state, how);
        using var container = new TcpListener(IPAddress.Loopback, first);
        container.Start();

        Assert.Equal(first, await HostPortAsync(state, how));
    }

    [Fact]
    public async Task OtherContainer_WhosePortSomebodyTookMeanwhile_GetsAnother()
    {
        using var state = new TemporaryFolder();
        var first = await HostPortAsync(state, "none");
        using var somebody = new TcpListener(IPAddress.Loopback, first);
        somebody.Start();

        Assert.NotEqual(first, await HostPortAsync(state, "none"));
    }

    [Fact]
    public async Task PersistentProcess_WhoseSidecarWouldEndBeforeIt_IsOutsideTheMesh_AndSaidToBe()
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
        {
            var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint();
            var worker = builder.AddExecutable("worker", "worker", ".").WithHttpEndpoint().WithPersistentLifetime().WithReference(orders.GetEndpoint("http"));
            orders.WithReference(worker.GetEndpoint("http"));
        });

        Assert.Equal(["orders"], app.Running.Plan.Workloads.Select(w => w.Service.Id.Name));
        Assert.Equal(
            [
                "PLAIN orders → worker/http (worker is outside the mesh: it is persistent, and a sidecar ends with the AppHost)",
                "REFUSED worker → orders/http (worker is outside the mesh: it is persistent, and a sidecar ends with the AppHost; allow it explicitly or give it a sidecar)",
            ],
            app.Running.Plan.Edges.Select(e => e.ToString()));
        Assert.Equal("default/worker", (await app.EnvironmentAsync("worker"))["MESH_WORKLOAD"]);
    }

    private static async Task<int> HostPortAsync(TemporaryFolder state, string how)
    {
        await using var app = await PlannedApp.CreateAsync(
            builder =>
            {
                var cache = builder.AddContainer("cache", "cache").WithEndpoint(targetPort: 6379, name: "tcp");
                _ = how switch
                {
                    "lifetime of the container" => cache.WithLifetime(ContainerLifetime.Persistent),
                    "lifetime of any resource" => cache.WithPersistentLifetime(),
                    "lifetime of another resource" => cache.WithAnnotation(new PersistenceAnnotation
                    {
                        Mode = PersistenceMode.Resource,
                        SourceResource = builder.AddContainer("server", "server").WithLifetime(ContainerLifetime.Persistent).Resource,
                    }),
                    _ => cache,
                };
            },
            options => options.StateDirectory = state.Path);
        return app.Model.Resources.Single(r => r.Name == "cache").Annotations.OfType<EndpointAnnotation>().Single().Port!.Value;
    }
}
