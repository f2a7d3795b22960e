using System.Diagnostics;
using System.Globalization;

namespace Mesh.Hosting.Tests.Running;

/// <summary>An AppHost that gets no chance to clean up.</summary>
[Collection(StartsApps.Name)]
public sealed class KilledTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AppHost_Killed_NothingOfTheMeshStaysBehind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "processes are found in /proc, which only Linux has.");
        Orchestrator.UseOrSkip();
        var state = Directory.CreateTempSubdirectory("mesh-killed-").FullName;
        var start = new ProcessStartInfo("dotnet", ["exec", Orchestrator.ShopAppHost, "--DcpPublisher:RandomizePorts=true"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(Orchestrator.ShopAppHost)!,
            Environment =
            {
                // Where the mesh of this one AppHost keeps its files, by which its processes are known.
                ["TMPDIR"] = state,
                ["ASPNETCORE_URLS"] = "http://localhost:0",
                ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = "http://localhost:0",
                ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = "http://localhost:0",
                ["ASPIRE_ALLOW_UNSECURED_TRANSPORT"] = "true",
            },
        };
        using var appHost = Process.Start(start)!;
        var output = appHost.StandardOutput.ReadToEndAsync(Cancellation);
        var errors = appHost.StandardError.ReadToEndAsync(Cancellation);
        try
        {
            // Control plane, and a sidecar for each of storefront, payments, inventory, postgres and two orders.
            await UntilAsync(() => Processes(state).Count >= 7, () => $"only {Processes(state).Count} of the mesh's 7 processes run");
        }
        finally
        {
            appHost.Kill();
        }

        await UntilAsync(() => Processes(state).Count == 0, () => $"still there: {string.Join(", ", Processes(state))}");
        await Task.WhenAll(output, errors).WaitAsync(Limit, Cancellation);
    }

    private static List<int> Processes(string state) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && IsOfTheMesh(id, state)),
    ];

    private static bool IsOfTheMesh(int process, string state)
    {
        try
        {
            var command = File.ReadAllText($"/proc/{process}/cmdline");
            return command.Contains(state, StringComparison.Ordinal) && (command.Contains("--bootstrap", StringComparison.Ordinal) || command.Contains("--config", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // it ended meanwhile
        }
    }

    private static async Task UntilAsync(Func<bool> isTrue, Func<string> describe)
    {
        var waited = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!isTrue())
        {
            Assert.True(waited.Elapsed < Limit, describe());
            await timer.WaitForNextTickAsync(Cancellation);
        }
    }
}
