using System.Text;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.Hostile.Tests.Servers;

/// <summary>Kestrel with an app that notes what it was given.</summary>
internal sealed class KestrelAlone : IAsyncDisposable
{
    private readonly TestApp _http1;
    private readonly TestApp _http2;

    private KestrelAlone(TestApp http1, TestApp http2, Recording recording)
    {
        _http1 = http1;
        _http2 = http2;
        Http1 = new Target("kestrel", () => HostileConnection.OpenAsync(http1.Address), recording, TimeSpan.FromSeconds(2));
        Http2 = new Target("kestrel", () => HostileConnection.OpenAsync(http2.Address), recording, TimeSpan.FromSeconds(2));
    }

    public Target Http1 { get; }

    public Target Http2 { get; }

    public static async Task<KestrelAlone> StartAsync()
    {
        var recording = new Recording();
        return new(await TestApp.StartAsync(context => NoteAsync(context, recording)), await TestApp.StartAsync(context => NoteAsync(context, recording), HttpProtocols.Http2), recording);
    }

    public async ValueTask DisposeAsync()
    {
        await _http1.DisposeAsync();
        await _http2.DisposeAsync();
    }

    private static async Task NoteAsync(HttpContext context, Recording recording)
    {
        var request = context.Request;
        using var body = new StreamReader(request.Body, Encoding.Latin1);
        var text = await body.ReadToEndAsync(context.RequestAborted);
        recording.Add(new SeenRequest(
            request.Method,
            context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            [.. request.Headers.SelectMany(h => h.Value, (h, v) => new KeyValuePair<string, string>(h.Key, v ?? ""))],
            text));
    }
}
