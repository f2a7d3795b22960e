using Envoy.Config.Core.V3;
using Grpc.Core;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Xds.Tests.EndToEnd;

/// <summary>A control plane that is nothing but the ADS server, in clear text on loopback.</summary>
internal sealed class AdsHost : IStreamAuthorizer, IAsyncDisposable
{
    private readonly WebApplication _app;

    private AdsHost()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(services => new AdsServer(
            Cache, Registry, this, TimeProvider.System, services.GetRequiredService<ILogger<AdsServer>>(),
            services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        _app = builder.Build();
        _app.MapGrpcService<AdsServer>();
    }

    public SnapshotCache Cache { get; } = new();

    public StreamRegistry Registry { get; } = new();

    /// <summary>The identity that every peer's certificate shows; <see langword="null"/>: whatever it says.</summary>
    public string? PeerIdentity { get; init; }

    /// <summary>Whether each kind of client has a profile of its own, <see cref="ProfileOf"/>; if not, the identity is the profile.</summary>
    public bool IsByKind { get; init; }

    public Uri Address => new(_app.Urls.Single());

    public static async Task<AdsHost> StartAsync(string? peerIdentity = null, bool isByKind = false)
    {
        var host = new AdsHost { PeerIdentity = peerIdentity, IsByKind = isByKind };
        await host._app.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    public StreamAdmission Authorize(Node node, ServerCallContext context) =>
        !NodeId.TryParse(node.Id, out var id) ? StreamAdmission.Refuse($"'{node.Id}' is no node id")
            : PeerIdentity is not null && id.Identity.Text != PeerIdentity ? StreamAdmission.Refuse($"node.id says {id.Identity}, the certificate {PeerIdentity}")
            : IsByKind ? StreamAdmission.Admit(ProfileOf(id.Identity.Text, ClientKinds.Of(node)), ClientKinds.Of(node))
            : StreamAdmission.Admit(id.Identity.Text);

    public static string ProfileOf(string identity, ClientKind kind) => $"{kind.ToWord()}:{identity}";

    /// <summary>Waits for a stream of which this holds.</summary>
    public async Task<StreamStatus> UntilAsync(Func<StreamStatus, bool> condition)
    {
        var found = new TaskCompletionSource<StreamStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(StreamStatus status)
        {
            if (condition(status))
            {
                found.TrySetResult(status);
            }
        }

        Registry.Changed += Look;
        foreach (var status in Registry.Streams)
        {
            Look(status);
        }

        var result = await found.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Registry.Changed -= Look;
        return result;
    }

    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
