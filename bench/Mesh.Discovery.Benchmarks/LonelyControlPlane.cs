using System.Net;
using Envoy.Config.Core.V3;
using Grpc.Core;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Discovery.Benchmarks;

/// <summary>Nothing but the discovery server, in clear text on loopback.</summary>
internal sealed class LonelyControlPlane : IStreamAuthorizer, IAsyncDisposable
{
    private readonly WebApplication _app;

    private LonelyControlPlane()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new AdsServer(Cache, new StreamRegistry(), this, TimeProvider.System, NullLogger<AdsServer>.Instance, CancellationToken.None));
        _app = builder.Build();
        _app.MapGrpcService<AdsServer>();
    }

    public SnapshotCache Cache { get; } = new();

    public Uri Address => new(_app.Urls.Single());

    public static async Task<LonelyControlPlane> StartAsync()
    {
        var plane = new LonelyControlPlane();
        await plane._app.StartAsync();
        return plane;
    }

    public StreamAdmission Authorize(Node node, ServerCallContext context) =>
        NodeId.TryParse(node.Id, out var id) ? StreamAdmission.Admit(id.Identity.Text) : StreamAdmission.Refuse("no node id");

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
