using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Testing.Kubernetes;

/// <summary>
/// A hand-written Kubernetes API server over real HTTP: objects with resource versions, generations and conflicts; lists, watches with bookmarks and forgotten versions; merge patches; the
/// status subresource; TokenReview and SubjectAccessReview. It answers as Kubernetes documents it and as a real one was seen to; it is not one: nothing is checked against a schema.
/// </summary>
public sealed class FakeKubernetes : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeKubernetes(WebApplication app, FakeObjects objects, FakeReviews reviews)
    {
        _app = app;
        Objects = objects;
        Reviews = reviews;
    }

    /// <summary>Its URL.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>What it keeps.</summary>
    public FakeObjects Objects { get; }

    /// <summary>Whom it knows and what they may.</summary>
    public FakeReviews Reviews { get; }

    /// <summary>Every request so far: method, a blank, path with query.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Answers everything with this; <see langword="null"/>, the default: as it should.</summary>
    public HttpStatusCode? Failing { get; set; }

    /// <summary>Refuses requests for which this is <see langword="true"/>, by method and path, as if another writer was faster.</summary>
    public Func<string, string, bool>? Conflicting { get; set; }

    /// <summary>Refuses requests for which this is <see langword="true"/>, by method and path, as one without the right is.</summary>
    public Func<string, string, bool>? Forbidding { get; set; }

    /// <summary>Starts one on a free port of the loopback, without TLS.</summary>
    public static Task<FakeKubernetes> StartAsync() => StartAsync(web => web.UseUrls("http://127.0.0.1:0"));

    /// <summary>Starts one with TLS at an address of another network namespace.</summary>
    /// <param name="address">The address.</param>
    /// <param name="socket">Makes a socket of that namespace.</param>
    /// <param name="certificate">What it shows.</param>
    public static Task<FakeKubernetes> StartAsync(IPEndPoint address, Func<Socket> socket, X509Certificate2 certificate) => StartAsync(web => web
        .UseKestrel(kestrel => kestrel.Listen(address, listen => listen.UseHttps(certificate)))
        .ConfigureServices(services => services.Configure<SocketTransportOptions>(o => o.CreateBoundListenSocket = to =>
        {
            var listening = socket();
            listening.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            listening.Bind(to);
            return listening;
        })));

    private static async Task<FakeKubernetes> StartAsync(Action<IWebHostBuilder> listen)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        listen(builder.WebHost);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(1));
        var app = builder.Build();
        var fake = new FakeKubernetes(app, new FakeObjects(), new FakeReviews());
        app.Run(fake.AnswerAsync);
        await app.StartAsync();
        return fake;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Objects.EndWatches();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var (method, path) = (context.Request.Method, context.Request.Path.Value!.TrimStart('/'));
        Requests.Enqueue($"{method} {path}{context.Request.QueryString}");
        if (Failing is { } status)
        {
            await WriteAsync(context, FakeAnswer.Refusal(status, "it is out of order"));
            return;
        }

        var body = await ReadAsync(context);
        if (Conflicting?.Invoke(method, path) == true)
        {
            await WriteAsync(context, FakeAnswer.Refusal(HttpStatusCode.Conflict, "the object has been modified; please apply your changes to the latest version and try again"));
            return;
        }

        if (Forbidding?.Invoke(method, path) == true)
        {
            await WriteAsync(context, FakeAnswer.Refusal(HttpStatusCode.Forbidden, "the ServiceAccount cannot do this here"));
            return;
        }

        if (Reviews.TryAnswer(path, body, out var review))
        {
            await WriteAsync(context, review);
        }
        else if (FakeDiscovery.TryAnswer(path, Objects, out var discovery))
        {
            await WriteAsync(context, discovery);
        }
        else if (context.Request.Query["watch"] is ["true" or "1"])
        {
            await FakeWatch.StreamAsync(context, Objects, path);
        }
        else
        {
            await WriteAsync(context, Objects.Answer(method, path, context.Request.Query, body, context.Request.ContentType ?? ""));
        }
    }

    private static async Task<JsonObject?> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength is null or 0 && context.Request.Headers.TransferEncoding.Count == 0)
        {
            return null;
        }

        return await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted) as JsonObject;
    }

    private static async Task WriteAsync(HttpContext context, FakeAnswer answer)
    {
        context.Response.StatusCode = (int)answer.Status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.Body.ToJsonString());
    }
}
