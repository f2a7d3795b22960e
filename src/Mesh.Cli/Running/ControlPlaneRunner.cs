using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.Cli.Installation;
using Mesh.Cli.Processes;
using Mesh.Laptop.Api;
using Mesh.Laptop.Files;
using Mesh.Model.Bootstrap;
using Mesh.Model.Topology;

namespace Mesh.Cli.Running;

/// <summary>The app's own control plane.</summary>
internal sealed class ControlPlaneRunner : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly string _cliToken = StartFiles.NewToken();
    private readonly string _browserToken = StartFiles.NewToken();
    private readonly ControlPlaneClient _client;
    private readonly string _grpcAddress;
    private readonly string _apiAddress;

    public ControlPlaneRunner(RunContext context, InstalledProgram program, string? policies, int grpcPort, int apiPort)
    {
        _grpcAddress = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{grpcPort}");
        _apiAddress = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{apiPort}");
        _client = new ControlPlaneClient(new Uri($"http://{_apiAddress}"), _cliToken);

        ImmutableArray<ConfigurationSource> sources = [new(context.State.Topology, "topology")];
        var settings = new ControlPlaneSettings
        {
            TrustDomain = context.TrustDomain.Name,
            GrpcAddress = _grpcAddress,
            ApiAddress = _apiAddress,
            StateDirectory = context.State.ControlPlane,
            Sources = policies is null ? sources : sources.Add(new ConfigurationSource(policies, "policies")),
            ApiTokens =
            [
                new ApiToken { Name = "mesh-cli", Token = _cliToken, Scopes = ["read", "apply", "debug", "token"] },
                new ApiToken { Name = "browser", Token = _browserToken, Scopes = ["read"] },
            ],
            SvidLifetimeSeconds = (int)context.CertificateLifetime.TotalSeconds,
            Telemetry = context.Telemetry,
        };
        SecretFile.Write(context.State.ControlPlaneSettings, StartFiles.ToJson(settings));
        Process = new Supervisor("control-plane", RestartPolicy.Infrastructure, context.Launcher)
        {
            Describe = () => new ChildStart
            {
                Program = program.Program,
                Arguments = [.. program.Arguments, "--config", context.State.ControlPlaneSettings],
                WorkingDirectory = context.State.Path,
                Environment = program.Environment,
            },
            Show = context.ShowsMeshLine,
            UntilReady = async (_, gone) =>
            {
                while (!await _client.IsReadyAsync(gone))
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(50), context.Launcher.Clock, gone);
                }
            },
        };
    }

    /// <summary>Its process.</summary>
    public Supervisor Process { get; }

    /// <summary>Base URL of the API.</summary>
    public string Api => $"http://{_apiAddress}";

    /// <summary>The page that logs a browser in, to look only.</summary>
    public string LoginUrl => $"{Api}/login?t={_browserToken}";

    /// <summary>The token with every scope.</summary>
    public string Token => _cliToken;

    /// <summary>Starts it and waits until sidecars can come.</summary>
    public async Task<ControlPlaneAccess> StartAsync(CancellationToken cancellation)
    {
        Process.Start();
        await Task.WhenAny(Process.Ready, Process.Ended).WaitAsync(cancellation);
        if (!Process.Ready.IsCompletedSuccessfully)
        {
            throw new CliException(ExitCode.Unavailable, "the control plane did not start; what it said is above.");
        }

        var bundle = await _client.GetAsync("trust-bundle", cancellation);
        var roots = (bundle["roots"] as JsonArray ?? []).Select(r => r!.ToString()).ToImmutableArray();
        return new ControlPlaneAccess($"https://{_grpcAddress}", roots);
    }

    /// <summary>A token for the service's sidecars.</summary>
    public async Task<string> TokenForAsync(ServiceId service, CancellationToken cancellation)
    {
        var answer = await _client.PostAsync("tokens", new JsonObject { ["service"] = service.ToString() }, cancellation);
        return answer["token"]?.ToString() ?? throw new CliException(ExitCode.Software, "the control plane's answer holds no token.");
    }

    /// <summary>Stops it.</summary>
    public Task StopAsync() => Process.StopAsync(Grace);

    /// <inheritdoc />
    public void Dispose()
    {
        Process.Dispose();
        _client.Dispose();
    }
}
