using System.Collections.Immutable;

namespace Mesh.Model.Bootstrap;

/// <summary>Everything the control plane is started with: a JSON file of mode 0600.</summary>
public sealed record ControlPlaneSettings
{
    /// <summary>The trust domain.</summary>
    public required string TrustDomain { get; init; }

    /// <summary><c>ip:port</c> of gRPC: xDS, registration, signing. Default: 127.0.0.1:15010; port 0 picks a free one.</summary>
    public string GrpcAddress { get; set; } = "127.0.0.1:15010";

    /// <summary><c>ip:port</c> of the HTTP API, metrics and health. Default: 127.0.0.1:15014; port 0 picks a free one.</summary>
    public string ApiAddress { get; set; } = "127.0.0.1:15014";

    /// <summary>Directory of mode 0700 for the authority, policies that the API applied and their history.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Directories of YAML and JSON documents that are watched: services, external services, policies.</summary>
    public ImmutableArray<ConfigurationSource> Sources { get; set; } = [];

    /// <summary>Who may use the API.</summary>
    public ImmutableArray<ApiToken> ApiTokens { get; set; } = [];

    /// <summary>Seconds an SVID lives. Default: 3600, SPIRE's.</summary>
    public int SvidLifetimeSeconds { get; set; } = 3600;

    /// <summary>A root and its key given by the user, as files. <see langword="null"/>: made once, kept in the state directory.</summary>
    public AuthorityFiles? Authority { get; set; }

    /// <summary>Seconds without a heartbeat after which a replica is gone. Default: 15.</summary>
    public int LeaseSeconds { get; set; } = 15;

    /// <summary>Seconds between two load reports of a gRPC client or Envoy. Default: 10.</summary>
    public int LoadReportSeconds { get; set; } = 10;

    /// <summary>Where traces, metrics and logs go. <see langword="null"/>: where the environment says (see <see cref="TelemetryVariables"/>), else nowhere.</summary>
    public TelemetryBootstrap? Telemetry { get; set; }

    /// <summary>The Kubernetes cluster that it serves. <see langword="null"/>: none; it serves files and what is applied over its API.</summary>
    public KubernetesSettings? Kubernetes { get; set; }

    /// <summary>Directories in which sidecars find a token and the roots: where each is mounted by one sidecar alone, as with Compose. Default: none.</summary>
    public ImmutableArray<IdentityDirectory> Identities { get; set; } = [];

    /// <summary>Least level that is logged. Default: Information.</summary>
    public string LogLevel { get; set; } = "Information";
}
