using System.Net.Http.Json;
using System.Reflection;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Tests.Running;

/// <summary>An app in the mesh, started for real: DCP, control plane, sidecars.</summary>
internal sealed class MeshedApp : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private MeshedApp(DistributedApplication app, TestOutput output) => (App, Output) = (app, output);

    public DistributedApplication App { get; }

    public TestOutput Output { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static Task<MeshedApp> StartAsync(Action<IDistributedApplicationBuilder> compose)
    {
        Orchestrator.UseOrSkip();
        var builder = DistributedApplicationTestingBuilder.Create([], (options, _) => options.DisableDashboard = true);
        compose(builder);
        return StartAsync(builder);
    }

    /// <summary>An AppHost that is a project of its own, as it is.</summary>
    public static async Task<MeshedApp> StartAppHostAsync(string assembly)
    {
        Orchestrator.UseOrSkip();
        var entryPoint = Assembly.Load(assembly).EntryPoint!.DeclaringType!;
        return await StartAsync(await DistributedApplicationTestingBuilder.CreateAsync(entryPoint, [], (options, _) => options.DisableDashboard = true, Cancellation));
    }

    private static async Task<MeshedApp> StartAsync(IDistributedApplicationTestingBuilder builder)
    {
        var output = new TestOutput();
        builder.Services.AddLogging(logging => logging.ClearProviders().AddProvider(output).SetMinimumLevel(LogLevel.Information));
        var app = await builder.BuildAsync(Cancellation).WaitAsync(Limit, Cancellation);
        var meshed = new MeshedApp(app, output);
        try
        {
            await app.StartAsync(Cancellation).WaitAsync(Limit, Cancellation);
            return meshed;
        }
        catch
        {
            await meshed.DisposeAsync();
            throw;
        }
    }

    /// <summary>The app that a test tells what to do, as an executable.</summary>
    public static IResourceBuilder<ExecutableResource> AddTestApp(IDistributedApplicationBuilder builder, string name) => builder
        .AddExecutable(name, "dotnet", AppContext.BaseDirectory, "exec", Orchestrator.TestApp)
        .WithHttpEndpoint(env: "ASPNETCORE_HTTP_PORTS")
        .WithHttpHealthCheck("/health");

    /// <summary>The same as a project.</summary>
    public static IResourceBuilder<ProjectResource> AddTestProject(IDistributedApplicationBuilder builder, string name) => builder
        .AddProject<TestAppProject>(name)
        .WithHttpEndpoint()
        .WithHttpHealthCheck("/health");

    /// <summary>The same over https with the developer certificate.</summary>
    public static IResourceBuilder<ExecutableResource> AddHttpsTestApp(IDistributedApplicationBuilder builder, string name) => builder
        .AddExecutable(name, "dotnet", AppContext.BaseDirectory, "exec", Orchestrator.TestApp)
        .WithHttpsEndpoint(env: "ASPNETCORE_HTTPS_PORTS");

    public Task HealthyAsync(params string[] resources) => Task.WhenAll(resources.Select(async r =>
    {
        try
        {
            await App.ResourceNotifications.WaitForResourceHealthyAsync(r, Cancellation).WaitAsync(Limit, Cancellation);
        }
        catch (Exception e) when (e is TimeoutException or DistributedApplicationException)
        {
            Assert.Fail($"{r} did not become healthy: {e.Message}\n{Output}");
        }
    }));

    /// <summary>A client that asks once: the one that Aspire's testing package makes tries again, which no test here could tell from the mesh doing so.</summary>
    public HttpClient Client(string resource, string endpoint = "http") => new() { BaseAddress = App.GetEndpoint(resource, endpoint), Timeout = Limit };

    /// <summary>A call that the service makes from its own process; made again as long as its sidecar knows no replica, for one that has just got ready is known to callers a moment later.</summary>
    public Task<Answer> CallAsync(string caller, string url, string method = "GET") => Eventually.GetAsync(
        () => CallOnceAsync(caller, url, method),
        answer => !answer.Headers.GetValueOrDefault("mesh-error", "").StartsWith("no_endpoints", StringComparison.Ordinal),
        Limit,
        answer => $"{answer}\n{Output}");

    private async Task<Answer> CallOnceAsync(string caller, string url, string method)
    {
        using var client = Client(caller);
        using var response = await client.PostAsJsonAsync("/call", new { url, method }, Cancellation);
        Assert.True(response.IsSuccessStatusCode, $"{caller} answered {(int)response.StatusCode} to the test itself: {await response.Content.ReadAsStringAsync(Cancellation)}\n{Output}");
        return (await response.Content.ReadFromJsonAsync<Answer>(Cancellation))!;
    }

    /// <summary>What the process found in its environment.</summary>
    public async Task<Dictionary<string, string>> EnvironmentOfAsync(string resource)
    {
        using var client = Client(resource);
        return (await client.GetFromJsonAsync<Dictionary<string, string>>("/environment", Cancellation))!;
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync(CancellationToken.None).WaitAsync(Limit, CancellationToken.None);
        await App.DisposeAsync();
        Output.Dispose();
    }
}
