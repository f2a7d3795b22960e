using System.Diagnostics;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Tests.Running;

/// <summary>Containers behind sidecars, as callees and as callers.</summary>
[Collection(StartsApps.Name)]
public sealed class ContainerTests
{
    [Fact]
    public async Task Container_CalledAndCalling_PassesItsSidecar()
    {
        SkipWithoutEngine();
        await using var app = await MeshedApp.StartAsync(builder =>
        {
            builder.AddMesh();
            var orders = MeshedApp.AddTestApp(builder, "orders");
            var proxy = builder.AddContainer("proxy", "nginx", "1.27-alpine").WithHttpEndpoint(targetPort: 80).WithEnvironment("ORDERS", orders.GetEndpoint("http"));
            MeshedApp.AddTestApp(builder, "storefront").WithReference(proxy.GetEndpoint("http"));
        });
        await app.HealthyAsync("orders", "storefront");

        var proxy = (await app.EnvironmentOfAsync("storefront"))["PROXY_HTTP"];
        Assert.Equal(200, (await app.CallAsync("storefront", proxy)).Status);
    }

    private static void SkipWithoutEngine()
    {
        foreach (var engine in new[] { "docker", "podman" })
        {
            try
            {
                using var info = Process.Start(new ProcessStartInfo(engine, ["info"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
                if (info.WaitForExit(TimeSpan.FromSeconds(10)) && info.ExitCode == 0)
                {
                    return;
                }
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // Not installed.
            }
        }

        Assert.Skip("no container engine runs on this machine: start Docker or Podman.");
    }
}
