using Mesh.ControlPlane.Api;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Discovery;
using Mesh.ControlPlane.Ui;
using Mesh.Model.Bootstrap;
using Mesh.Xds.Server;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.ControlPlane.Composition;

/// <summary>The whole control plane as one web application with two doors. The table of contents of this project.</summary>
internal static class ControlPlaneApplication
{
    /// <summary>How long open requests may take to end after SIGTERM. Streams do not wait for it.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Builds it; nothing runs or listens yet.</summary>
    /// <param name="settings">Checked settings.</param>
    /// <param name="time">The clock.</param>
    /// <param name="configureLogging">Replaces the log on the terminal.</param>
    public static WebApplication Build(ControlPlaneSettings settings, TimeProvider time, Action<ILoggingBuilder>? configureLogging = null)
    {
        // An empty builder: ASPNETCORE_URLS and the like belong to the apps that this process may be started next to.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "mesh-control-plane" });
        builder.Logging.AddControlPlaneLog(settings, configureLogging);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(time);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddInsight(settings);

        // Ahead of the others: where a cluster has the say, they leave it to it.
        if (settings.Kubernetes is { } cluster)
        {
            builder.Services.AddKubernetes(cluster, settings.Authority is null);
        }

        builder.Services.AddStore(settings);
        builder.Services.AddAuthority(settings);
        builder.Services.AddCompilation();
        builder.Services.AddDiscovery();
        builder.Services.AddApi();
        if (settings.Kubernetes is not null)
        {
            builder.Services.AddLeading();
        }

        builder.WebHost.UseKestrel(kestrel => Listen(kestrel, settings));

        var app = builder.Build();
        app.UseRouting();
        app.UseMiddleware<ApiGate>();
        app.MapGrpcService<AdsServer>().WithMetadata(new BehindDoor(Door.Grpc));
        app.MapGrpcService<LoadReportingGrpcService>().WithMetadata(new BehindDoor(Door.Grpc));
        app.MapGrpcService<ClientStatusGrpcService>().WithMetadata(new BehindDoor(Door.Grpc));
        app.MapGrpcService<IdentityGrpcService>().WithMetadata(new BehindDoor(Door.Grpc));
        app.MapGrpcService<RegistrationGrpcService>().WithMetadata(new BehindDoor(Door.Grpc));
        app.MapGrpcService<RecordingGrpcService>().WithMetadata(new BehindDoor(Door.Grpc));
        app.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(new Access(ApiScopes.Read));
        app.MapApi();
        LoginPage.Map(app);
        StatusPage.Map(app);
        return app;
    }

    private static void Listen(KestrelServerOptions kestrel, ControlPlaneSettings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(10);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(5);

        _ = SettingsFile.TryParseAddress(settings.GrpcAddress, out var grpc);
        kestrel.Listen(grpc, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(Mark(Door.Grpc));
            listen.UseHttps(MutualTls.For(kestrel.ApplicationServices.GetRequiredService<ServerIdentity>()));
            var connections = kestrel.ApplicationServices.GetRequiredService<PeerConnections>();
            listen.Use((connection, next) => connections.ServeAsync(connection, next));
        });

        _ = SettingsFile.TryParseAddress(settings.ApiAddress, out var api);
        kestrel.Listen(api, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(Mark(Door.Api));
            if (settings.Kubernetes is not null)
            {
                listen.UseHttps(ServerTls.For(kestrel.ApplicationServices.GetRequiredService<ServerIdentity>()));
            }
        });
    }

    private static Func<ConnectionDelegate, ConnectionDelegate> Mark(Door door) => next => connection =>
    {
        connection.Items[typeof(Door)] = door;
        return next(connection);
    };
}
