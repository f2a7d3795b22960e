using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shop.Inventory.V1;

namespace Mesh.EndToEnd.Tests.PlainShop;

public sealed class PlainShopTests(PlainShopFixture shop) : IClassFixture<PlainShopFixture>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Order_SameKeyAtBothReplicas_IsChargedOnceAndStoredOnce()
    {
        var key = Guid.NewGuid();
        var before = await ChargesAsync();

        using var first = await OrderAsync(shop.Orders[0], key, "mug", 2);
        using var second = await OrderAsync(shop.Orders[1], key, "mug", 2);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal((await JsonAsync(first)).GetProperty("chargeId").GetString(), (await JsonAsync(second)).GetProperty("chargeId").GetString());
        Assert.Equal(before + 1, await ChargesAsync());
        Assert.SkipWhen(shop.Postgres is null, "No PostgreSQL on this machine: install postgresql to see the row.");
        Assert.Equal(1L, await RowsAsync(key));
    }

    [Fact]
    public async Task Order_CardDeclined_PutsTheGoodsBack()
    {
        var before = await StockAsync("scale");

        using var answer = await OrderAsync(shop.Orders[0], Guid.NewGuid(), "scale", 3, card: "declined");

        Assert.Equal(HttpStatusCode.PaymentRequired, answer.StatusCode);
        Assert.Equal("card_declined", (await JsonAsync(answer)).GetProperty("code").GetString());
        Assert.Equal(before, await StockAsync("scale"));
    }

    [Fact]
    public async Task Order_MoreThanThereIs_IsRefusedAndSaysHowManyAreLeft()
    {
        var left = await StockAsync("grinder");

        using var answer = await OrderAsync(shop.Orders[1], Guid.NewGuid(), "grinder", left + 1);

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Equal($"Hand grinder: only {left} left.", (await JsonAsync(answer)).GetProperty("detail").GetString());
        Assert.Equal(left, await StockAsync("grinder"));
    }

    [Fact]
    public async Task Count_TenThousandMessages_EachIsAnswered()
    {
        const int Messages = 10_000;
        using var channel = GrpcChannel.ForAddress(shop.Inventory.Url);
        using var call = new StockKeeping.StockKeepingClient(channel).Count(deadline: DateTime.UtcNow + Deadline, cancellationToken: Cancelled);

        var sending = Task.Run(async () =>
        {
            for (var number = 1; number <= Messages; number++)
            {
                await call.RequestStream.WriteAsync(new CountRequest { Number = number }, Cancelled);
            }

            await call.RequestStream.CompleteAsync();
        }, Cancelled);
        var replies = await call.ResponseStream.ReadAllAsync(Cancelled).ToListAsync(Cancelled);
        await sending.WaitAsync(Deadline, Cancelled);

        Assert.Equal(Messages, replies.Count);
        Assert.Equal(Messages * (Messages + 1L) / 2, replies[^1].Sum);
    }

    [Fact]
    public async Task StockStream_OrderPlaced_TellsTheNewLevel()
    {
        using var stream = new StreamReader(await shop.Http.GetStreamAsync(new Uri(shop.Storefront.Url, "/stock/stream"), Cancelled));
        var left = await StockAsync("server");

        using var answer = await OrderAsync(shop.Orders[0], Guid.NewGuid(), "server", 1);
        var told = await Task.Run(async () =>
        {
            while (await stream.ReadLineAsync(Cancelled) is { } line)
            {
                if (line.Contains($"\"server\":{left - 1}", StringComparison.Ordinal))
                {
                    return true;
                }
            }

            return false;
        }, Cancelled).WaitAsync(Deadline, Cancelled);

        Assert.True(told);
    }

    [Fact]
    public async Task Form_CartAndOrder_EndsAtTheConfirmation()
    {
        using var page = await BuyAsync(shop.Storefront, "beans");

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("Thank you, Ada Lovelace.", await page.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        Assert.StartsWith("/orders/", page.RequestMessage!.RequestUri!.AbsolutePath, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_PaymentsRefusedOnTheWay_ErrorPageSaysByWhom()
    {
        await using var refusal = RefusingServer("permission_denied; hop=payments-1; policy=closed-for-the-night", "Orders may not charge at night.");
        await refusal.StartAsync(Cancelled).WaitAsync(Deadline, Cancelled);
        await using var orders = shop.StartOrders("orders-refused", new Uri(refusal.Urls.Single()));
        await orders.HealthyAsync(shop.Http);
        await using var storefront = shop.StartStorefront(orders);
        await storefront.HealthyAsync(shop.Http);
        var before = await StockAsync("filters");

        using var page = await BuyAsync(storefront, "filters");
        var text = await page.Content.ReadAsStringAsync(Cancelled);

        Assert.Equal(HttpStatusCode.BadGateway, page.StatusCode);
        Assert.All(["payments", "HTTP 403", "permission_denied", "closed-for-the-night", "Orders may not charge at night."],
            word => Assert.Contains(word, text, StringComparison.Ordinal));
        Assert.Equal(before, await StockAsync("filters"));
    }

    [Fact]
    public async Task Form_FromAnotherSite_IsRefused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(shop.Storefront.Url, "/cart?handler=add"))
        {
            Content = new FormUrlEncodedContent([new("sku", "mug")]),
            Headers = { { "Origin", "http://other.example" } },
        };

        using var answer = await shop.Http.SendAsync(request, Cancelled);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private static WebApplication RefusingServer(string meshError, string text)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        server.Run(context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            context.Response.Headers["mesh-error"] = meshError;
            return context.Response.WriteAsync(text, context.RequestAborted);
        });
        return server;
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled);

    private static async Task<HttpResponseMessage> BuyAsync(ShopProcess storefront, string sku)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer() }) { BaseAddress = storefront.Url, Timeout = Deadline };
        using var cart = await browser.PostAsync("/cart?handler=add", new FormUrlEncodedContent([new("sku", sku)]), Cancelled);
        Assert.Equal(HttpStatusCode.OK, cart.StatusCode);
        return await browser.PostAsync("/cart?handler=order", new FormUrlEncodedContent(
            [new("order", $"{Guid.NewGuid()}"), new("customer", "Ada Lovelace"), new("email", "ada@example.com"), new("card", "accepted")]), Cancelled);
    }

    private async Task<HttpResponseMessage> OrderAsync(ShopProcess orders, Guid key, string sku, int quantity, string card = "accepted")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(orders.Url, "/orders"))
        {
            Content = JsonContent.Create(new { customer = "Ada", email = "ada@example.com", card, lines = new[] { new { sku, quantity } } }),
            Headers = { { "Idempotency-Key", $"{key}" } },
        };
        return await shop.Http.SendAsync(request, Cancelled);
    }

    private async Task<int> ChargesAsync() =>
        (await shop.Http.GetFromJsonAsync<JsonElement>(new Uri(shop.Payments.Url, "/charges"), Cancelled)).GetProperty("charged").GetInt32();

    private async Task<int> StockAsync(string sku)
    {
        using var channel = GrpcChannel.ForAddress(shop.Inventory.Url);
        var reply = await new StockKeeping.StockKeepingClient(channel).ListAsync(new ListRequest(), deadline: DateTime.UtcNow + Deadline, cancellationToken: Cancelled);
        return reply.Products.Single(p => p.Sku == sku).InStock;
    }

    private async Task<long> RowsAsync(Guid id)
    {
        var password = (await File.ReadAllTextAsync(shop.PasswordFile, Cancelled)).Trim();
        await using var database = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={shop.Postgres!.Port};Username=shop;Password={password};Database=shop;SSL Mode=Disable");
        await using var count = database.CreateCommand("select count(*) from orders where id = $1");
        count.Parameters.AddWithValue(id);
        return (long)(await count.ExecuteScalarAsync(Cancelled))!;
    }
}
