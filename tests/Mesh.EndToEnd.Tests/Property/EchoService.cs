using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.EndToEnd.Tests.Property;

/// <summary>A service's app: answers with its name and what it was asked for, and remembers the copies that it was sent.</summary>
internal sealed class EchoService : IAsyncDisposable
{
    /// <summary>The header that tells requests apart.</summary>
    public const string Number = "number";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, string> _copies = [];

    private EchoService(string name, WebApplication app)
    {
        _app = app;
        app.Run(context =>
        {
            var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
            if (context.Request.Headers.ContainsKey("mesh-mirror"))
            {
                _copies[context.Request.Headers[Number].ToString()] = target;
            }

            return context.Response.WriteAsync($"{name} {target}", context.RequestAborted);
        });
    }

    /// <summary>Where it listens.</summary>
    public string Address => new Uri(_app.Urls.Single()).Authority;

    public static async Task<EchoService> StartAsync(string name)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        var service = new EchoService(name, builder.Build());
        await service._app.StartAsync();
        return service;
    }

    /// <summary>What the copy of a request asked for; <see langword="null"/>: none has come.</summary>
    public string? CopyOf(string number) => _copies.GetValueOrDefault(number);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
