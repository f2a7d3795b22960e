using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mesh.Testing.Identity;

namespace Mesh.EndToEnd.Tests.Telemetry;

/// <summary>Telemetry as an AppHost asks for it: by the variables of the OpenTelemetry specification.</summary>
public sealed class TelemetryVariablesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("grpc", false)]
    [InlineData("grpc", true)]
    [InlineData("http/protobuf", false)]
    [InlineData("http/protobuf", true)]
    public async Task Variables_SendTracesMetricsAndLogsOfBothProcesses(string protocol, bool isTls)
    {
        Assert.SkipWhen(isTls && !OperatingSystem.IsLinux(), "Only on Linux does the runtime read SSL_CERT_FILE; elsewhere the certificate would have to go into the user's trust store.");
        using var certificate = new LocalhostCertificate();
        await using var collector = await Collector.StartAsync(protocol == "grpc", isTls ? certificate.Certificate : null, key: "a,b");
        var variables = Variables(collector.Url, protocol);
        if (isTls)
        {
            variables["SSL_CERT_FILE"] = certificate.CertificateFile;
        }

        await using var mesh = await TelemetryMesh.StartAsync(variables);

        var received = collector.Received;
        var span = await FirstAsync(() => received.Spans.Where(s => s.Service == "name-of-orders-abc"), mesh);
        Assert.Equal("orders-abc", span.Resource["service.instance.id"]);
        Assert.Equal("a b", span.Resource["team"]);
        foreach (var (instance, metric, text, attribute) in new[]
        {
            ("orders-abc", "http.server.request.duration", "mesh-proxy ", "SpiffeId"),
            ("mesh-control-plane-7", "mesh.replicas.registered", "", ""),
        })
        {
            bool IsOfIt(ReceivedItem item) => item.Resource.GetValueOrDefault("service.instance.id") == instance && item.Resource["service.name"] == $"name-of-{instance}";
            await FirstAsync(() => received.Items.Where(i => i.Signal == "metrics" && IsOfIt(i) && i.Name == metric), mesh);
            var log = await FirstAsync(() => received.Items.Where(i => i.Signal == "logs" && IsOfIt(i) && i.Name.StartsWith(text, StringComparison.Ordinal)), mesh);
            if (attribute.Length > 0)
            {
                Assert.Equal("spiffe://test.local/ns/default/sa/orders", log.Attributes[attribute]);
            }
        }

        await FirstAsync(() => received.Spans.Where(s => s.Service == "name-of-mesh-control-plane-7"), mesh);
    }

    [Fact]
    public async Task CollectorThatHangs_HoldsUpNeitherTrafficNorTheEnd()
    {
        using var mute = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        mute.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        mute.Listen();
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)mute.LocalEndPoint!).Port}");

        await using var mesh = await TelemetryMesh.StartAsync(Variables(url, "grpc"));

        for (var i = 0; i < 500; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await mesh.CallAsync());
        }

        Assert.Equal(0, await mesh.Sidecar!.StopAsync());
    }

    [Fact]
    public async Task VariableThatCannotBeUsed_IsAWarningAndNoMore()
    {
        await using var mesh = await TelemetryMesh.StartAsync(Variables("collector:4317", "zipkin"));

        Assert.Equal(HttpStatusCode.OK, await mesh.CallAsync());
        await Eventually.GetAsync(
            () => Task.FromResult(mesh.Sidecar!.Output),
            said => said.Contains("Traces, metrics and logs go nowhere: OTEL_EXPORTER_OTLP_ENDPOINT=collector:4317 (must be an http or https URL", StringComparison.Ordinal),
            Patience);
    }

    private static Dictionary<string, string> Variables(string url, string protocol) => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = url,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
        ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-otlp-api-key=a%2Cb,x-other=1",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
    };

    private static async Task<T> FirstAsync<T>(Func<IEnumerable<T>> look, TelemetryMesh mesh)
        where T : class =>
        (await Eventually.GetAsync(() => Task.FromResult(look().FirstOrDefault()), found => found is not null, Patience, _ => $"{mesh.Sidecar!.Output}\n{mesh.ControlPlane!.Output}"))!;
}
