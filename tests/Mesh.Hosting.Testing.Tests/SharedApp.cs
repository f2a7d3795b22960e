using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Tests.Running;
using Mesh.Testing;

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
        foreach (var (caller, callee) in new[] { ("storefront", "orders"), ("orders", "payments") })
        {
            using var client = app.App.CreateMeshClient(caller, callee);
            await ReachesAsync(client);
        }

        return app;
    }

    /// <summary>Waits until the callee answers: callers know a replica that has just got ready a moment after it has.</summary>
    internal static Task ReachesAsync(HttpClient callee) => Eventually.GetAsync(
        async () =>
        {
            using var answer = await callee.GetAsync("/who", TestContext.Current.CancellationToken);
            return answer.GetMeshError()?.Code;
        },
        error => error != "no_endpoints",
        TimeSpan.FromSeconds(60));

    public async ValueTask DisposeAsync()
    {
        if (_starting is { IsCompletedSuccessfully: true } started)
        {
            await (await started).DisposeAsync();
        }
    }
}
