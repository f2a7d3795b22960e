using Mesh.Cli.Installation;
using Mesh.Laptop.Files;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Mesh.Model.Topology;

namespace Mesh.Cli.Running;

/// <summary>What all processes of one running app share.</summary>
internal sealed class RunContext
{
    private static readonly string[] WarningWords = [" WARN ", " ERROR ", " FATAL ", "warn: ", "fail: ", "crit: "];

    /// <summary>What was asked for.</summary>
    public required UpOptions Options { get; init; }

    /// <summary>The state directory.</summary>
    public required StateFolder State { get; init; }

    /// <summary>Starts processes.</summary>
    public required Launcher Launcher { get; init; }

    /// <summary>Asks whether they work.</summary>
    public required HealthProbe Probe { get; init; }

    /// <summary>How a sidecar is started.</summary>
    public required InstalledProgram Proxy { get; init; }

    /// <summary>The trust domain.</summary>
    public required TrustDomain TrustDomain { get; init; }

    /// <summary>How long a sidecar's certificate lives.</summary>
    public required TimeSpan CertificateLifetime { get; init; }

    /// <summary>Token of the sidecars' admin endpoints, for this run.</summary>
    public string AdminToken { get; } = StartFiles.NewToken();

    /// <summary>Where the mesh's own processes send traces, metrics and logs.</summary>
    public TelemetryBootstrap? Telemetry { get; init; }

    /// <summary>The optional services that declined to run here.</summary>
    public required Func<IReadOnlySet<ServiceId>> AbsentServices { get; init; }

    /// <summary>The OpenTelemetry SDKs' variables for an app; nothing where telemetry is off.</summary>
    public IEnumerable<KeyValuePair<string, string>> TelemetryVariables(ServiceId service, string replica) => Telemetry is null
        ? []
        :
        [
            new("OTEL_EXPORTER_OTLP_ENDPOINT", Telemetry.Endpoint),
            new("OTEL_EXPORTER_OTLP_PROTOCOL", Telemetry.Protocol),
            new("OTEL_SERVICE_NAME", service.Name),
            new("OTEL_RESOURCE_ATTRIBUTES", $"service.instance.id={replica},service.namespace={service.Namespace}"),
        ];

    /// <summary>Whether everything is being stopped: then nobody has to look at what the mesh misses.</summary>
    public bool IsStopping { get; set; }

    /// <summary>Whether a line of a mesh process is shown: warnings and worse, or all if the user wants them.</summary>
    public bool ShowsMeshLine(string line) => Options.Verbose || (!IsStopping && IsWarning(line));

    // The levels as the proxy and the control plane's console write them.
    private static bool IsWarning(string line) => WarningWords.Any(word => line.Contains(word, StringComparison.Ordinal));
}
