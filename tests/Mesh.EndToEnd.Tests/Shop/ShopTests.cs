using System.Text.Json;
using Mesh.EndToEnd.Tests.Browser;
using Mesh.EndToEnd.Tests.Running;
using Mesh.EndToEnd.Tests.Telemetry;
using Mesh.Testing;
using Npgsql;

namespace Mesh.EndToEnd.Tests.Shop;

[Collection("Shop")]
public sealed class ShopTests(ShopFixture shop)
{
    [Theory]
    [InlineData("phone", 390, 844)]
    [InlineData("desktop", 1280, 900)]
    public async Task Order_PlacedInABrowser_IsARowInPostgres(string device, int width, int height)
    {
        await using var browser = await Chromium.StartAsync(width, height);
        var mesh = await shop.MeshAsync();
        var page = browser.Page;
        var customer = $"Ada {Guid.NewGuid():N}";

        await page.GoToAsync(mesh.UrlOf("storefront").ToString());
        await page.ScreenshotAsync(Checkout.PathTo("artifacts", "screenshots", $"shop-{device}-front.png"));
        await OrderAsync(page, mesh.UrlOf("storefront"), customer);
        await page.ScreenshotAsync(Checkout.PathTo("artifacts", "screenshots", $"shop-{device}-ordered.png"));

        Assert.Contains(customer, await page.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await RowsOfAsync(mesh, customer));
    }

    [Fact]
    public async Task Order_Trace_HasASpanForEveryHopThroughEverySidecar()
    {
        var mesh = await shop.MeshAsync();
        var collector = await shop.CollectorAsync();
        var traceId = Guid.NewGuid().ToString("N");
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = mesh.UrlOf("storefront") };
        using var filled = await http.PostAsync("cart?handler=add", Form(("sku", "mug")), TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, "cart?handler=order")
        {
            Content = Form(("order", Guid.NewGuid().ToString()), ("customer", "Grace"), ("email", "grace@example.com"), ("card", "accepted")),
        };
        var callersSpan = Guid.NewGuid().ToString("N")[..16];
        request.Headers.Add("traceparent", $"00-{traceId}-{callersSpan}-01");

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var spans = await collector.TraceAsync(traceId, seen => !Hops.Except(seen.Select(s => s.Service)).Any() && Orphans(seen).All(s => s.ParentId == callersSpan));

        Assert.StartsWith("/orders/", response.Headers.Location?.ToString(), StringComparison.Ordinal);
        Assert.Equal("storefront-mesh", Assert.Single(Orphans(spans)).Service);

        static IEnumerable<ReceivedSpan> Orphans(ReceivedSpan[] spans) => spans.Where(s => spans.All(other => other.SpanId != s.ParentId));
    }

    [Fact]
    public async Task Pgbench_ThroughTheMesh_Succeeds()
    {
        var mesh = await shop.MeshAsync();
        var url = mesh.UrlOf("postgres");
        var pgbench = Command.Find("pgbench", "postgresql");
        var variables = new Dictionary<string, string> { ["PGPASSWORD"] = await PasswordAsync(mesh) };

        var initialized = await Command.RunAsync(pgbench, variables, "-i", "-q", "-h", url.Host, "-p", $"{url.Port}", "-U", "shop", "shop");
        var ran = await Command.RunAsync(pgbench, variables, "-c", "4", "-t", "200", "-h", url.Host, "-p", $"{url.Port}", "-U", "shop", "shop");

        Assert.Equal(0, initialized.ExitCode);
        Assert.Equal(0, ran.ExitCode);
        Assert.Contains("number of transactions actually processed: 800/800", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Payments_FromStorefrontsProcess_IsRefusedOnEveryPath()
    {
        var mesh = await shop.MeshAsync();
        using var http = new HttpClient { BaseAddress = mesh.UrlOf("storefront") };
        http.DefaultRequestHeaders.Accept.ParseAdd("application/json");

        var attempts = JsonSerializer.Deserialize<JsonElement[]>(await http.GetStringAsync("demo/payments", TestContext.Current.CancellationToken))!;

        Assert.NotEmpty(attempts);
        Assert.DoesNotContain(attempts, a => a.GetProperty("outcome").GetString() == "reached");
        Assert.Contains(attempts, a => a.GetProperty("meshError").GetString()?.StartsWith("permission_denied", StringComparison.Ordinal) == true);
    }

    private static readonly string[] Hops = ["storefront-mesh", "storefront", "orders-mesh", "orders", "inventory-mesh", "inventory", "payments-mesh"];

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) => new(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));

    private static async Task OrderAsync(DevToolsPage page, Uri shop, string customer)
    {
        await page.EvaluateAsync("document.querySelector('form[data-add] button:not([disabled])').click()");
        await page.UntilAsync("Number(document.querySelector('[data-cart-count]').textContent) > 0");
        await page.GoToAsync($"{shop}cart");
        await page.UntilAsync("document.querySelector('form.pay')");
        await page.EvaluateAsync($"document.querySelector('[name=customer]').value = {JsonSerializer.Serialize(customer)}");
        await page.EvaluateAsync("document.querySelector('[name=email]').value = 'ada@example.com'");
        await page.EvaluateAsync("document.querySelector('form.pay button.big').click()");
        await page.UntilAsync($"!document.querySelector('form.pay') && document.body.innerText.includes({JsonSerializer.Serialize(customer)})");
    }

    private static async Task<string> PasswordAsync(MeshUp mesh)
    {
        Assert.SkipWhen(mesh.IsAbsent("postgres-0"), "No PostgreSQL server on this machine; the package postgresql has it. The Shop ran with orders in memory.");
        return (await File.ReadAllTextAsync(Path.Combine(mesh.Directory, ".mesh", "postgres.password"))).Trim();
    }

    private static async Task<long> RowsOfAsync(MeshUp mesh, string customer)
    {
        var url = mesh.UrlOf("postgres");
        await using var connection = new NpgsqlConnection($"Host={url.Host};Port={url.Port};Username=shop;Password={await PasswordAsync(mesh)};Database=shop");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("select count(*) from orders where customer = $1", connection) { Parameters = { new() { Value = customer } } };
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
