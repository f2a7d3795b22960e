using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Mesh.ControlPlane.Composition;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Model.Bootstrap;

namespace Mesh.ControlPlane.Tests.Composition;

public sealed class StartTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Read_FileWithDefaultsLeftOut_HasThem()
    {
        var path = _directory.Write("settings.json", """{ "trustDomain": "shop.local", "stateDirectory": "/state" }""");

        var settings = SettingsFile.Read(path, out var errors);

        Assert.Empty(errors);
        Assert.Equal("127.0.0.1:15010", settings!.GrpcAddress);
        Assert.Equal(3600, settings.SvidLifetimeSeconds);
        Assert.Empty(settings.Sources);
    }

    [Fact]
    public async Task Run_ManyMistakes_SaysAllAtOnceAndExits64()
    {
        var path = _directory.Write("settings.json", """
            {
              "trustDomain": "Shop!", "stateDirectory": "relative", "grpcAddress": "localhost:1", "apiAddress": "127.0.0.1", "svidLifetimeSeconds": 1, "leaseSeconds": 0, "loadReportSeconds": 0, "logLevel": "Loud",
              "sources": [ { "directory": "x", "name": "api" } ],
              "apiTokens": [ { "name": "", "token": "short", "scopes": ["everything"] } ],
              "authority": { "certificateFile": "/nowhere/c.pem", "keyFile": "/nowhere/k.pem" },
              "telemetry": { "endpoint": "nowhere", "protocol": "smoke" },
              "identities": [ { "service": "Shop!", "directory": "relative" } ]
            }
            """);

        var (code, lines) = await RunAsync(path);

        Assert.Equal(64, code);
        string[] expected =
        [
            "trustDomain=", "grpcAddress=", "apiAddress=", "stateDirectory=", "svidLifetimeSeconds=", "leaseSeconds=", "loadReportSeconds=", "logLevel=", "sources[0].directory=", "sources[0].name=",
            "apiTokens[0].name=", "apiTokens[0].token=", "apiTokens[0].scopes=", "authority.certificateFile=", "authority.keyFile=", "telemetry.endpoint=", "telemetry.protocol=",
            "identities[0].service=", "identities[0].directory=",
        ];
        Assert.All(expected, e => Assert.Single(lines, l => l.StartsWith(e, StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, l => l.Contains("short", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{ \"trustDomain\": \"shop.local\", \"stateDirectory\": \"/x\", \"grpcAdress\": \"127.0.0.1:1\" }", "grpcAdress")]
    [InlineData("{ half", "--config=")]
    [InlineData("{}", "trustDomain")]
    public async Task Run_UnreadableFile_SaysWhyAndExits64(string text, string expected)
    {
        var (code, lines) = await RunAsync(_directory.Write("settings.json", text));

        Assert.Equal(64, code);
        Assert.Contains(expected, Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_PortInUse_SaysSoAndExits69()
    {
        await using var first = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(_directory));
        var settings = ControlPlaneHost.Settings(_directory) with { StateDirectory = Path.Combine(_directory.Path, "second"), GrpcAddress = first.Addresses.Grpc!.Authority };

        var (code, lines) = await RunAsync(_directory.Write("settings.json", JsonSerializer.Serialize(settings, BootstrapJson.Default.ControlPlaneSettings)));

        Assert.Equal(69, code);
        Assert.Contains(first.Addresses.Grpc!.Authority, Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HealthCheck_AsksTheControlPlaneThatRuns_AndSaysWhereNoneDoes()
    {
        await using var host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(_directory));
        Assert.Equal(0, (await RunAsync("healthcheck", "--config", Configured(host.Addresses.Api!.Authority))).Code);

        // Bound, so that nobody else has the port, and not listening.
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var (code, lines) = await RunAsync("healthcheck", "--config", Configured(closed.LocalEndPoint!.ToString()!));
        Assert.Equal(1, code);
        Assert.Contains("does not answer", Assert.Single(lines), StringComparison.Ordinal);

        string Configured(string address) =>
            _directory.Write("running.json", JsonSerializer.Serialize(ControlPlaneHost.Settings(_directory) with { ApiAddress = address }, BootstrapJson.Default.ControlPlaneSettings));
    }

    [Fact]
    public async Task Start_OnPortZero_WritesTheAddressesAndRemovesThemAtTheEnd()
    {
        var file = Path.Combine(_directory.Path, "state", "addresses.json");
        var host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(_directory));
        using var addresses = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));

        Assert.Equal($"https://{host.Addresses.Grpc!.Authority}", addresses.RootElement.GetProperty("grpc").GetString());
        Assert.Equal($"http://{host.Addresses.Api!.Authority}", addresses.RootElement.GetProperty("api").GetString());
        await host.DisposeAsync();
        Assert.False(File.Exists(file));
    }

    private static Task<(int Code, string[] Lines)> RunAsync(string path) => RunAsync("--config", path);

    private static async Task<(int Code, string[] Lines)> RunAsync(params string[] arguments)
    {
        using var errors = new StringWriter();
        var code = await ControlPlaneProcess.RunAsync(arguments, errors, TimeProvider.System).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return (code, errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }
}
