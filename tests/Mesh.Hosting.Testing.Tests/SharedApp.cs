using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Tests.Running;

namespace Mesh.Hosting.Testing.Tests;

/// <summary>storefront → orders → payments, started once for all tests.</summary>
public sealed class SharedApp : IAsyncDisposable
{
    private Task<MeshedApp>? _starting;

    /// <summary>The app, with a live mesh; the first test starts it.</summary>
    internal async Task<MeshedApp> LiveAsync()
    {
        var app = await (_starting ??= MeshedApp.StartAsync(builder =>
        {
            builder.AddMesh();
            var payments = MeshedApp.AddTestApp(builder, "payments");
            var orders = MeshedApp.AddTestApp(builder, "orders").WithReference(payments.GetEndpoint("http"));
            MeshedApp.AddTestApp(builder, "storefront").WithReference(orders.GetEndpoint("http"));
        }));
        await app.App.WaitForMeshAsync(cancellationToken: TestContext.Current.CancellationToken);
        await app.HealthyAsync("payments", "orders", "storefront");
        return app;
    }

    public async ValueTask DisposeAsync()
    {
        if (_starting is { IsCompletedSuccessfully: true } started)
        {
            await (await started).DisposeAsync();
        }
    }
}
