using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.Telemetry;

/// <summary>front uses back, over HTTP, and raw, over tcp; everything is told to a collector without delay.</summary>
public sealed class ToldFixture : IAsyncLifetime
{
    private MeshUp? _mesh;
    private Collector? _collector;

    internal MeshUp Mesh => _mesh!;

    internal Collector Collector => _collector!;

    public async ValueTask InitializeAsync()
    {
        _collector = await Collector.StartAsync();
        var raw = OwnPorts.Next();
        var yaml = $$"""
            apiVersion: mesh.dev/v1alpha1
            kind: App
            metadata: { name: told }
            spec:
              policies: policies
              services:
                front:
                  command: [dotnet, exec, {{Built.TestApp}}]
                  endpoints:
                    http: { protocol: http, external: true }
                  uses: [back, raw]
                  health: { endpoint: http, path: /health }
                back:
                  command: [dotnet, exec, {{Built.TestApp}}]
                  endpoints:
                    http: { protocol: http }
                  health: { endpoint: http, path: /health }
                raw:
                  command: [dotnet, exec, {{Built.TestApp}}]
                  endpoints:
                    tcp: { protocol: tcp, appPort: {{raw}} }
                  environment: { ASPNETCORE_URLS: "http://127.0.0.1:{{raw}}" }
            """;
        var variables = new Dictionary<string, string>
        {
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
            ["TOLD_REGION"] = "here",
        };
        _mesh = await MeshUp.StartAsync(yaml, variables, "--otlp", _collector.Url);
        var front = _mesh.App("front");
        await front.ReachesAsync("{BACK_HTTP}/who");
        await front.ReachesAsync($"http://{await front.VariableAsync("RAW_TCP")}/who");
    }

    public async ValueTask DisposeAsync()
    {
        if (_mesh is not null)
        {
            await _mesh.DisposeAsync();
        }

        if (_collector is not null)
        {
            await _collector.DisposeAsync();
        }
    }
}
