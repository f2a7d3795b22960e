using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Composition;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.ControlPlane.Tests.Fakes;

/// <summary>A whole control plane in this process, on free ports, with directories of its own.</summary>
internal sealed class ControlPlaneHost : IAsyncDisposable
{
    public const string AdminToken = "admin-0123456789abcdef0123456789abcdef";
    public const string ReaderToken = "reader-0123456789abcdef0123456789abcdef";
    public const string NobodyToken = "nobody-0123456789abcdef0123456789abcdef";

    private readonly WebApplication _app;

    private ControlPlaneHost(WebApplication app, RecordingLogs logs)
    {
        _app = app;
        Logs = logs;
        Http = Client(AdminToken);
    }

    public BoundAddresses Addresses => _app.Services.GetRequiredService<BoundAddresses>();

    public RecordingLogs Logs { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Calls the API with every scope.</summary>
    public HttpClient Http { get; }

    public static TrustDomain TrustDomain { get; } = TrustDomain.Parse("shop.local");

    public static ControlPlaneSettings Settings(TemporaryDirectory directory) => new()
    {
        TrustDomain = TrustDomain.Name,
        GrpcAddress = "127.0.0.1:0",
        ApiAddress = "127.0.0.1:0",
        StateDirectory = Path.Combine(directory.Path, "state"),
        Sources = [new ConfigurationSource(Path.Combine(directory.Path, "policies"), "policies")],
        ApiTokens =
        [
            new ApiToken { Name = "admin", Token = AdminToken, Scopes = ["read", "apply", "debug", "token"] },
            new ApiToken { Name = "reader", Token = ReaderToken, Scopes = ["read"] },
            new ApiToken { Name = "nobody", Token = NobodyToken },
        ],
        LogLevel = "Debug",

        // Sidecars of tests send no heartbeats, and a busy machine may take its time.
        LeaseSeconds = 300,
    };

    /// <summary>Starts it.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="time">Its clock; <see langword="null"/>: the real one.</param>
    /// <param name="replace">Services that take the place of its own, of those for which a cluster has others.</param>
    public static async Task<ControlPlaneHost> StartAsync(ControlPlaneSettings settings, TimeProvider? time = null, Action<IServiceCollection>? replace = null)
    {
        var logs = new RecordingLogs();
        var app = ControlPlaneApplication.Build(settings, time ?? TimeProvider.System, logging =>
        {
            logging.AddProvider(logs);
            replace?.Invoke(logging.Services);
        });
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            // What was started before what failed.
            await app.StopAsync();
            await app.DisposeAsync();
            throw;
        }

        return new ControlPlaneHost(app, logs);
    }

    /// <summary>Starts it and waits until it serves what was declared.</summary>
    public static async Task<ControlPlaneHost> StartPublishedAsync(ControlPlaneSettings settings)
    {
        var host = await StartAsync(settings);
        await host.Services.GetRequiredService<MeshCompiler>().FirstPublished.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return host;
    }

    /// <summary>Calls the API with a token. In a cluster the control plane shows its own certificate there.</summary>
    public HttpClient Client(string token)
    {
        var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, certificate, _, _) =>
                SvidRules.Check(certificate!, TrustDomain, SvidRole.Server).Id == SpiffeId.ControlPlane(TrustDomain),
        };
        return new HttpClient(handler)
        {
            BaseAddress = Addresses.Api,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
    }

    public async Task<JsonElement> GetAsync(string path) =>
        await Http.GetFromJsonAsync<JsonElement>(path, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
