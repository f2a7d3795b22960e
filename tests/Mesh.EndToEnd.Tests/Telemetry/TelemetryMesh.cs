using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.EndToEnd.Tests.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mesh.EndToEnd.Tests.Telemetry;

/// <summary>A control plane, one service and its sidecar, whose files say nothing of telemetry: only the environment does.</summary>
internal sealed class TelemetryMesh : IAsyncDisposable
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("telemetry-");
    private readonly HttpClient _client = new();
    private WebApplication? _app;

    public MeshProcess? ControlPlane { get; private set; }

    public MeshProcess? Sidecar { get; private set; }

    public Uri FrontDoor { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Starts it, and waits until the front door answers.</summary>
    public static async Task<TelemetryMesh> StartAsync(IReadOnlyDictionary<string, string> variables)
    {
        var mesh = new TelemetryMesh();
        try
        {
            var api = await mesh.StartControlPlaneAsync(variables);
            await mesh.StartSidecarAsync(api, variables);
            return mesh;
        }
        catch
        {
            await mesh.DisposeAsync();
            throw;
        }
    }

    /// <summary>The front door's answer.</summary>
    public async Task<HttpStatusCode> CallAsync()
    {
        using var response = await _client.GetAsync(FrontDoor, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20));
        return response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { Sidecar, ControlPlane })
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }
        }

        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        _client.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task<(string Grpc, string Api)> StartControlPlaneAsync(IReadOnlyDictionary<string, string> variables)
    {
        var documents = _directory.CreateSubdirectory("documents").FullName;
        await File.WriteAllTextAsync(Path.Combine(documents, "orders.yaml"), """
            apiVersion: mesh.dev/v1alpha1
            kind: Service
            metadata: { name: orders }
            spec:
              ports: [{ name: http, protocol: http, external: true }]
            """);
        var state = Path.Combine(_directory.FullName, "control-plane");
        var file = await WriteAsync("control-plane.json", new
        {
            trustDomain = "test.local",
            stateDirectory = state,
            grpcAddress = "127.0.0.1:0",
            apiAddress = "127.0.0.1:0",
            sources = new[] { new { directory = documents, name = "app" } },
            apiTokens = new[] { new { name = "test", token = Token, scopes = new[] { "read", "token" } } },
        });
        ControlPlane = MeshProcess.Start("control-plane", "mesh-control-plane", ["--config", file], With(variables, "mesh-control-plane-7"));
        var addresses = Path.Combine(state, "addresses.json");
        await Eventually.GetAsync(() => Task.FromResult(File.Exists(addresses)), there => there, TimeSpan.FromSeconds(60), _ => ControlPlane.Output);
        var found = JsonNode.Parse(await File.ReadAllTextAsync(addresses))!;
        return ((string)found["grpc"]!, (string)found["api"]!);
    }

    private async Task StartSidecarAsync((string Grpc, string Api) controlPlane, IReadOnlyDictionary<string, string> variables)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/", () => Results.Ok());
        await _app.StartAsync();

        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        JsonNode bundle;
        try
        {
            bundle = JsonNode.Parse(await _client.GetStringAsync($"{controlPlane.Api}/api/v1/trust-bundle"))!;
        }
        catch (HttpRequestException e)
        {
            throw new InvalidOperationException($"{e.Message}\n{ControlPlane!.Output}", e);
        }

        using var issued = await _client.PostAsJsonAsync($"{controlPlane.Api}/api/v1/tokens", new { service = "orders" });
        var token = JsonNode.Parse(await issued.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!;
        var door = $"127.0.0.1:{OwnPorts.Next()}";
        FrontDoor = new Uri($"http://{door}/");
        var file = await WriteAsync("sidecar.json", new
        {
            trustDomain = "test.local",
            service = "default/orders",
            replica = "orders-0",
            controlPlane = controlPlane.Grpc,
            trustBundle = bundle["roots"],
            token = (string)token["token"]!,
            stateDirectory = Path.Combine(_directory.FullName, "sidecar"),
            listeners = new Dictionary<string, string> { ["inbound/mesh"] = "127.0.0.1:0", ["inbound/front/http"] = door },
            applications = new Dictionary<string, string> { ["http"] = new Uri(_app.Urls.Single()).Authority },
            developerIdentity = true,
            drainSeconds = 1,
        });
        Sidecar = MeshProcess.Start("proxy", "mesh-proxy", ["run", "--bootstrap", file], With(variables, "orders-abc"));
        await Eventually.GetAsync(
            async () =>
            {
                try
                {
                    return await CallAsync();
                }
                catch (HttpRequestException)
                {
                    return HttpStatusCode.ServiceUnavailable;
                }
            },
            status => status == HttpStatusCode.OK,
            TimeSpan.FromSeconds(40),
            status => $"{status}\n{Sidecar.Output}\n{ControlPlane!.Output}");
    }

    private async Task<string> WriteAsync(string name, object content)
    {
        var file = Path.Combine(_directory.FullName, name);
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(content));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return file;
    }

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> variables, string instance) => new(variables)
    {
        ["OTEL_SERVICE_NAME"] = $"name-of-{instance}",
        ["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={instance},team=a%20b",
    };
}
