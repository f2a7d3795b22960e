using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Tests.Running;

/// <summary>What is started again keeps its addresses.</summary>
[Collection(StartsApps.Name)]
public sealed class RestartTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AppAndSidecar_Restarted_EveryAddressWorksAsBefore()
    {
        await using var app = await MeshedApp.StartAsync(builder =>
        {
            builder.AddMesh();
            var orders = MeshedApp.AddTestApp(builder, "orders");
            MeshedApp.AddTestApp(builder, "storefront").WithReference(orders.GetEndpoint("http"));
        });
        await app.HealthyAsync("orders", "storefront");
        var orders = (await app.EnvironmentOfAsync("storefront"))["ORDERS_HTTP"];

        foreach (var resource in new[] { "orders", "orders-mesh", "storefront-mesh", "storefront", "mesh" })
        {
            var commands = app.App.Services.GetRequiredService<ResourceCommandService>();
            var result = await commands.ExecuteCommandAsync(resource, KnownResourceCommands.RestartCommand, Cancellation).WaitAsync(Limit, Cancellation);
            Assert.True(result.Success, $"{resource}: {result.Message}");

            await AnswersAsync(app, orders, after: resource);
            Assert.Equal(orders, (await app.EnvironmentOfAsync("storefront"))["ORDERS_HTTP"]);
        }
    }

    private static async Task AnswersAsync(MeshedApp app, string orders, string after)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Limit);
        var last = "";
        while (!limit.IsCancellationRequested)
        {
            try
            {
                var answer = await app.CallAsync("storefront", $"{orders}/who");
                if (answer.Status == 200)
                {
                    return;
                }

                last = $"{answer}";
            }
            catch (Exception e) when (e is HttpRequestException or Xunit.Sdk.XunitException || e.GetType().Namespace == "Polly.Timeout")
            {
                last = e.Message;
            }
        }

        Assert.Fail($"After a restart of {after} storefront does not reach orders: {last}\n{app.Output}");
    }
}
