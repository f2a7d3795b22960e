using System.Text.Json;
using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.Telemetry;

/// <summary>AccessLog and Telemetry policies over real sidecars, written while they run, and a real collector.</summary>
public sealed class ToldTests(ToldFixture told) : IClassFixture<ToldFixture>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task AccessLog_ToFileStdoutAndCollector_TellsOfTheSameRequest()
    {
        var mesh = told.Mesh;
        var file = Path.Combine(mesh.Directory, "back.log");
        await using var policy = await mesh.WritePolicyAsync("log.yaml", TestMesh.Policy("AccessLog", "back", $$"""
            targetRef: { kind: Service, name: back }
            rules:
            - matches: [{ service: front }]
              default:
                backends:
                - type: File
                  file: { path: {{file}} }
                  format: { json: { path: "%REQ(:PATH)%", status: "%RESPONSE_CODE%", caller: "%MESH_SOURCE_SERVICE%", trace: "%TRACE_ID%" } }
                  filter: { headers: [{ name: x-logged, value: "yes" }] }
                - type: Stdout
                  format: { text: "told of %REQ(:PATH)% for %DOWNSTREAM_PEER_URI_SAN%" }
                - type: OpenTelemetry
                  openTelemetry: { body: "told of %REQ(:PATH)%" }
            """));

        var front = mesh.App("front");
        await front.CallAsync("{BACK_HTTP}/echo/unlogged");
        await Eventually.GetAsync(
            async () =>
            {
                await front.CallAsync("{BACK_HTTP}/echo/logged", headers: new() { ["x-logged"] = "yes" });
                return Read(file);
            },
            lines => lines.Length > 0,
            Soon,
            _ => mesh.Output);

        using var line = JsonDocument.Parse(Read(file)[0]);
        Assert.Equal(("/echo/logged", 200, "default/front"), (Text(line, "path"), line.RootElement.GetProperty("status").GetInt32(), Text(line, "caller")));
        Assert.All(Read(file), l => Assert.Contains("/echo/logged", l, StringComparison.Ordinal));
        var record = await Eventually.GetAsync(
            () => Task.FromResult(told.Collector.Received.Items.FirstOrDefault(i => i.Signal == "logs" && i.Name == "told of /echo/logged" && i.TraceId == Text(line, "trace"))),
            found => found is not null,
            Soon);
        Assert.Equal(("default/front", "200", "GET", "back-0"), (record!.Attributes["mesh.caller"], record.Attributes["http.response.status_code"], record.Attributes["http.request.method"], record.Resource["service.instance.id"]));
        Assert.DoesNotContain("error.type", record.Attributes.Keys);
        await told.Collector.TraceAsync(record.TraceId, spans => spans.Any(s => s.Resource["service.instance.id"] == "back-0"));

        // mesh up keeps what a sidecar writes to its standard output in a file.
        await Eventually.GetAsync(
            () => Task.FromResult(Directory.GetFiles(Path.Combine(mesh.StateDirectory, "logs"), "*back*").SelectMany(Shared).ToArray()),
            lines => lines.Any(l => l.Contains("told of /echo/logged for spiffe://", StringComparison.Ordinal)),
            Soon,
            lines => string.Join('\n', lines));
    }

    [Fact]
    public async Task AccessLog_OfATcpPort_TellsOfEachConnectionAtBothEnds()
    {
        var mesh = told.Mesh;
        var (caller, callee) = (Path.Combine(mesh.Directory, "caller.log"), Path.Combine(mesh.Directory, "callee.log"));
        await using var policy = await mesh.WritePolicyAsync("tcp.yaml", TestMesh.Policy("AccessLog", "raw", $$"""
            to:
            - targetRef: { kind: Service, name: raw }
              default: { backends: [{ type: File, file: { path: {{caller}} }, format: { text: "%MESH_DIRECTION% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %MESH_DESTINATION_SERVICE%" } }] }
            rules:
            - default: { backends: [{ type: File, file: { path: {{callee}} }, format: { text: "%MESH_DIRECTION% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DOWNSTREAM_PEER_URI_SAN%" } }] }
            """));
        var front = mesh.App("front");
        var address = await front.VariableAsync("RAW_TCP");

        await Eventually.GetAsync(
            async () =>
            {
                Assert.Equal(200, (await front.CallAsync($"http://{address}/echo/raw", headers: new() { ["connection"] = "close" })).Status);
                return Read(caller).Length > 0 && Read(callee).Any(l => l.StartsWith("inbound ", StringComparison.Ordinal));
            },
            both => both,
            Soon,
            _ => mesh.Output);

        var (sent, got) = (Read(caller)[0].Split(' '), Read(callee).First(l => l.StartsWith("inbound ", StringComparison.Ordinal)).Split(' '));
        Assert.Equal(("outbound", "-", "default/raw/tcp"), (sent[0], sent[1], sent[4]));
        Assert.Equal("-", got[1]);
        Assert.EndsWith("/ns/default/sa/front", got[4], StringComparison.Ordinal);
        Assert.All(new[] { sent[2], sent[3], got[2], got[3] }, bytes => Assert.NotEqual("0", bytes));
    }

    [Fact]
    public async Task Telemetry_ChangedWhileTheyRun_IsWhatSidecarsTellFromThenOn()
    {
        var mesh = told.Mesh;
        var front = mesh.App("front");
        await using var policy = await mesh.WritePolicyAsync("telemetry.yaml", TestMesh.Policy("Telemetry", "all", "rules: [{ default: { tracing: { sampling: 0 } } }]"));

        // The front door begins the trace; what it drew goes all the way to the last app.
        var unsampled = await Eventually.GetAsync(ParentAsync, parent => parent.EndsWith("-00", StringComparison.Ordinal), Soon);
        await policy.RewriteAsync(TestMesh.Policy("Telemetry", "all", """
            rules:
            - default:
                metrics: { durationBuckets: [0.25, 30] }
                tags:
                - { name: tenant, header: { name: x-tenant, default: none }, metrics: true, maxValues: 1 }
                - { name: region, environment: { name: TOLD_REGION, default: nowhere } }
            """));
        var sampled = await Eventually.GetAsync(ParentAsync, parent => parent.EndsWith("-01", StringComparison.Ordinal), Soon);

        var spans = await told.Collector.TraceAsync(sampled[3..35], found => found.Length >= 3);
        Assert.Equal(["back-0", "front-0", "front-0"], spans.Select(s => s.Resource["service.instance.id"]).Order(StringComparer.Ordinal));
        Assert.Equal(["acme", "acme", "none"], spans.Select(s => s.Attributes["tenant"]).Order(StringComparer.Ordinal));
        Assert.All(spans, s => Assert.Contains("region", s.Attributes.Keys));
        Assert.DoesNotContain(told.Collector.Received.Spans, s => s.TraceId == unsampled[3..35]);

        await front.CallAsync("{BACK_HTTP}/echo/x", headers: new() { ["x-tenant"] = "second" });
        await Eventually.GetAsync(
            () => Task.FromResult(told.Collector.Received.Items.Where(i => i.Signal == "points" && i.Name == "http.server.request.duration" && i.Resource["service.instance.id"] == "back-0" && i.Bounds.SequenceEqual([0.25, 30]))
                .Select(i => i.Attributes.GetValueOrDefault("tenant", "-")).ToHashSet()),
            tenants => tenants.SetEquals(["acme", "_other"]),
            Soon,
            tenants => string.Join(' ', tenants));

        async Task<string> ParentAsync()
        {
            var answer = await front.CallAsync("{BACK_HTTP}/echo/x", headers: new() { ["x-tenant"] = "acme" });
            using var seen = JsonDocument.Parse(answer.Body);
            return seen.RootElement.GetProperty("headers").EnumerateObject().First(h => h.NameEquals("traceparent") || h.NameEquals("Traceparent")).Value.GetString()!;
        }
    }

    // It is being written to.
    private static string[] Shared(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd().Split('\n');
    }

    private static string[] Read(string file) => File.Exists(file) ? [.. Shared(file).Where(line => line.Length > 0)] : [];

    private static string Text(JsonDocument line, string name) => line.RootElement.GetProperty(name).GetString()!;
}
