using Mesh.ControlPlane.Api;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Discovery;
using Mesh.ControlPlane.Insight;
using Mesh.ControlPlane.Kubernetes.Documents;
using Mesh.ControlPlane.Kubernetes.Faults;
using Mesh.ControlPlane.Kubernetes.Identity;
using Mesh.ControlPlane.Kubernetes.Leading;
using Mesh.ControlPlane.Kubernetes.Peers;
using Mesh.ControlPlane.Kubernetes.Recorder;
using Mesh.ControlPlane.Kubernetes.Replicas;
using Mesh.ControlPlane.Kubernetes.Secrets;
using Mesh.ControlPlane.Kubernetes.Sharing;
using Mesh.ControlPlane.Kubernetes.Status;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.ControlPlane.Store;
using Mesh.ControlPlane.Ui;
using Mesh.Model.Bootstrap;
using Mesh.Xds.Server;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenTelemetry.Metrics;

namespace Mesh.ControlPlane.Composition;

/// <summary>What is made once for the whole process, one method for each folder.</summary>
internal static class ControlPlaneServices
{
    public static void AddControlPlaneLog(this ILoggingBuilder logging, ControlPlaneSettings settings, Action<ILoggingBuilder>? configure)
    {
        logging.SetMinimumLevel(Enum.Parse<LogLevel>(settings.LogLevel));
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting", LogLevel.Warning);
        logging.AddFilter("Grpc", LogLevel.Warning);
        if (settings.Telemetry is { } target)
        {
            logging.AddOtlp(target);
        }

        if (configure is not null)
        {
            configure(logging);
            return;
        }

        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
        });
    }

    public static void AddInsight(this IServiceCollection services, ControlPlaneSettings settings)
    {
        services.AddMetrics();
        services.AddSingleton<ControlPlaneMetrics>();
        services.AddSingleton<LoadReports>();
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => OtlpExport.Describe(resource, settings.Telemetry))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(ControlPlaneMetrics.MeterName, "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Hosting", "System.Runtime");
                metrics.AddPrometheusExporter();
            });
        if (settings.Telemetry is { } target)
        {
            telemetry.AddOtlp(target);
        }
    }

    public static void AddStore(this IServiceCollection services, ControlPlaneSettings settings)
    {
        services.AddSingleton(_ => new StateDirectory(settings.StateDirectory));
        services.AddSingleton<ReplicaRegistry>();
        services.TryAddSingleton<IReplicaSource>(p => p.GetRequiredService<ReplicaRegistry>());
        services.AddSingleton<AppliedPolicies>();
        services.AddSingleton<ConfigurationStore>();
        services.AddSingleton<UnreadSources>();
        services.AddSingleton<LastGoodFiles>();
        services.AddSingleton<DirectoryWatcher>();
    }

    public static void AddKubernetes(this IServiceCollection services, KubernetesSettings cluster, bool authorityIsOwn)
    {
        services.AddSingleton(cluster);
        services.AddSingleton<KubernetesConnection>();
        services.AddSingleton<KubernetesApi>();
        services.AddSingleton<TokenReviews>();
        services.AddSingleton<ITokenVerifier, PodTokens>();
        services.AddSingleton<IApiCallers, AccountCallers>();
        if (authorityIsOwn)
        {
            services.AddSingleton<AuthoritySecret>();
            services.AddSingleton<IAuthorityStore>(p => p.GetRequiredService<AuthoritySecret>());
        }

        services.AddSingleton<ReplicaName>();
        services.AddSingleton<PeerChannels>();
        services.AddSingleton<IPeerStreams, PeerStreams>();
        services.AddSingleton<IRecordingPeers, PeerRecordings>();
        services.AddSingleton<SharedLease>();
        services.AddHostedService(p => p.GetRequiredService<SharedLease>());
        services.AddSingleton<SharedFaults>();
        services.AddSingleton<IFaultHolder>(p => p.GetRequiredService<SharedFaults>());
        services.AddHostedService(p => p.GetRequiredService<SharedFaults>());
        services.AddSingleton<SharedRecordings>();
        services.AddSingleton<IRecordingHolder>(p => p.GetRequiredService<SharedRecordings>());
        services.AddHostedService(p => p.GetRequiredService<SharedRecordings>());
        services.AddSingleton<CustomResourceWatcher>();
        services.AddHostedService(p => p.GetRequiredService<CustomResourceWatcher>());
        services.AddSingleton<NodeZones>();
        services.AddSingleton<PodReplicas>();
        services.AddSingleton<IReplicaSource>(p => p.GetRequiredService<PodReplicas>());
        services.AddHostedService(p => p.GetRequiredService<PodReplicas>());
    }

    public static void AddLeading(this IServiceCollection services)
    {
        services.AddSingleton<ILeaderWork, StatusWriter>();
        services.AddSingleton<ILeaderWork, DefinitionUpkeep>();
        services.AddSingleton<ILeaderWork, RootsPublisher>();
        services.AddSingleton<LeaderLease>();
        services.AddHostedService(p => p.GetRequiredService<LeaderLease>());
    }

    public static void AddAuthority(this IServiceCollection services, ControlPlaneSettings settings)
    {
        if (settings.Authority is { } files)
        {
            services.AddSingleton<ISigningAuthority>(p => new GivenAuthority(files, p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<GivenAuthority>>()));
        }
        else
        {
            services.TryAddSingleton<IAuthorityStore, AuthorityFile>();
            services.AddSingleton<OwnAuthority>();
            services.AddHostedService<AuthorityUpkeep>();
            if (settings.Kubernetes is not null)
            {
                services.AddHostedService<AuthoritySecretWatcher>();
            }
            services.AddSingleton<ISigningAuthority>(p => p.GetRequiredService<OwnAuthority>());
        }

        services.AddSingleton<SvidIssuer>();
        services.AddSingleton<IdentityTokens>();
        services.TryAddSingleton<ITokenVerifier>(p => p.GetRequiredService<IdentityTokens>());
        services.AddSingleton<ServerIdentity>();
        services.AddHostedService<IdentityDirectories>();
        services.AddSingleton<PeerVerifier>();
        services.AddSingleton<PeerConnections>();
    }

    public static void AddCompilation(this IServiceCollection services)
    {
        services.AddSingleton<SnapshotCache>();
        services.AddSingleton<ExpectedReplicas>();
        services.AddSingleton<EndpointPublisher>();
        services.AddSingleton<FaultLeases>();
        services.AddSingleton<Recordings>();
        services.TryAddSingleton<IFaultHolder>(p => p.GetRequiredService<FaultLeases>());
        services.TryAddSingleton<IRecordingHolder>(p => p.GetRequiredService<Recordings>());
        services.TryAddSingleton<IRecordingPeers, NoRecordingPeers>();
        services.AddSingleton<MeshCompiler>();
        services.AddSingleton<ForeignProfiles>();
        services.AddHostedService(p => p.GetRequiredService<EndpointPublisher>());
        services.AddHostedService(p => p.GetRequiredService<ForeignProfiles>());
        services.AddHostedService(p => p.GetRequiredService<MeshCompiler>());

        // After those who hear of its changes.
        services.AddHostedService(p => p.GetRequiredService<DirectoryWatcher>());
    }

    public static void AddDiscovery(this IServiceCollection services)
    {
        services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = 4 * 1024 * 1024);
        services.AddSingleton<StreamRegistry>();
        services.AddSingleton<IStreamAuthorizer, SidecarAuthorizer>();
        services.AddSingleton(p => ActivatorUtilities.CreateInstance<AdsServer>(p, p.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        services.AddSingleton<ProxyDirectory>();
        services.TryAddSingleton<IPeerStreams, NoPeers>();
        services.AddSingleton<RevocationWatch>();
        services.AddHostedService(p => p.GetRequiredService<RevocationWatch>());
    }

    public static void AddApi(this IServiceCollection services)
    {
        services.AddSingleton<ApiKeys>();
        services.TryAddSingleton<IApiCallers>(p => p.GetRequiredService<ApiKeys>());
        services.AddSingleton<BrowserSessions>();
        services.AddSingleton<PolicyTrial>();
        services.AddSingleton<FaultViews>();
        services.AddSingleton<RecordingViews>();
        services.TryAddSingleton<IAuditLog, AuditFile>();
        services.AddSingleton<AuditTrail>();
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.AddSingleton<StatusPage>();
        services.AddSingleton<BoundAddresses>();
        services.AddHostedService(p => p.GetRequiredService<BoundAddresses>());
    }
}
