using System.Diagnostics;

namespace Mesh.EndToEnd.Tests.PlainShop;

/// <summary>The Shop without a mesh, wired by hand: what fails here is the Shop's own doing.</summary>
public sealed class PlainShopFixture : IAsyncLifetime
{
    private const int NoPostgresHere = 69;

    private readonly List<ShopProcess> _processes = [];
    private readonly string _directory = Directory.CreateTempSubdirectory("mesh-shop-").FullName;

    internal HttpClient Http { get; } = new() { Timeout = TimeSpan.FromMinutes(1) };

    internal ShopProcess Inventory { get; private set; } = null!;

    internal ShopProcess Payments { get; private set; } = null!;

    internal ShopProcess[] Orders { get; private set; } = [];

    internal ShopProcess Storefront { get; private set; } = null!;

    /// <summary><see langword="null"/>: no server programs on this machine.</summary>
    internal ShopProcess? Postgres { get; private set; }

    internal string PasswordFile => Path.Combine(_directory, "postgres.password");

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "The Shop's parts are started with sh and stopped with signals: run this on Linux or macOS.");
        Assert.SkipUnless(await HasNodeAsync(), "Payments needs Node.js: install Node.js 18 or newer.");

        Inventory = Keep(ShopProcess.StartProject(_directory, "Shop.Inventory", ("DELIVERY_SECONDS", "3600")));
        Payments = Keep(ShopProcess.Start(_directory, "node", [Path.Combine(ShopProcess.Playground, "payments", "server.js")]));
        await StartPostgresAsync();

        // Both at once: they race for the table.
        Orders = [.. Enumerable.Range(1, 2).Select(number => Keep(StartOrders($"orders-{number}", Payments.Url)))];
        Storefront = Keep(StartStorefront(Orders[0]));
        Assert.Null(await Inventory.ListensAsync());
        foreach (var service in (ShopProcess[])[Payments, .. Orders, Storefront])
        {
            await service.HealthyAsync(Http);
        }
    }

    internal ShopProcess StartOrders(string replica, Uri payments) => ShopProcess.StartProject(_directory, "Shop.Orders",
        ("MESH_REPLICA", replica),
        ("services__inventory__grpc__0", $"{Inventory.Url}"),
        ("PAYMENTS_HTTP", $"{payments}"),
        ("POSTGRES_TCP", Postgres is null ? "" : $"127.0.0.1:{Postgres.Port}"),
        ("POSTGRES_PASSWORD_FILE", PasswordFile));

    internal ShopProcess StartStorefront(ShopProcess orders) => ShopProcess.StartProject(_directory, "Shop.Storefront",
        ("ORDERS_HTTP", $"{orders.Url}"),
        ("services__inventory__grpc__0", $"{Inventory.Url}"));

    public async ValueTask DisposeAsync()
    {
        _processes.Reverse();
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        Http.Dispose();

        // Where root runs the tests, the data is elsewhere, and here is a link to it.
        if (new DirectoryInfo(Path.Combine(_directory, "postgres", "postgres")).LinkTarget is { } data)
        {
            Directory.Delete(data, recursive: true);
        }

        Directory.Delete(_directory, recursive: true);
    }

    private static async Task<bool> HasNodeAsync()
    {
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", ["--version"]) { RedirectStandardOutput = true })!;
            await node.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
            return node.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private async Task StartPostgresAsync()
    {
        var postgres = Keep(ShopProcess.Start(_directory, "sh", [Path.Combine(ShopProcess.Playground, "postgres", "run.sh")],
            ("MESH_STATE", Path.Combine(_directory, "postgres")), ("POSTGRES_PASSWORD_FILE", PasswordFile)));
        if (await postgres.ListensAsync() is not { } exitCode)
        {
            Postgres = postgres;
            return;
        }

        Assert.True(exitCode == NoPostgresHere, postgres.Output);
    }

    private ShopProcess Keep(ShopProcess process)
    {
        _processes.Add(process);
        return process;
    }
}
