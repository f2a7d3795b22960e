using System.Net;
using Mesh.Testing.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.EndToEnd.Tests.Kinds;

/// <summary>A service outside the mesh that speaks TLS, and tells each caller which certificate it showed.</summary>
internal sealed class Bank : IAsyncDisposable
{
    private readonly LocalhostCertificate _own = new();
    private WebApplication? _app;

    /// <summary>What it shows, as the file that its callers believe.</summary>
    public string CaFile => _own.CertificateFile;

    /// <summary>What its callers are to show.</summary>
    public LocalhostCertificate Client { get; } = new();

    /// <summary>Where it listens on localhost.</summary>
    public int Port { get; private set; }

    public async Task<int> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = _own.Certificate;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.AllowAnyClientCertificate();
        })));
        _app = builder.Build();
        _app.Run(context => context.Response.WriteAsync($"{context.Request.Scheme} {context.Request.Path} {context.Connection.ClientCertificate!.Thumbprint}", context.RequestAborted));
        await _app.StartAsync();
        return Port = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        _own.Dispose();
        Client.Dispose();
    }
}
