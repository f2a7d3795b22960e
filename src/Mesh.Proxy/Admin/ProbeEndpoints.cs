using System.Net;
using System.Net.Sockets;
using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Inbound;
using Mesh.Proxy.Upstreams;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.Proxy.Admin;

/// <summary>
/// What probes get. At the sidecar's own address: <c>/ready</c> and <c>/live</c>, and under <c>/app/PORT</c> whether the app accepts connections there, for probes that ask no
/// more. At a door: the app's answer to GET and HEAD of exactly the paths that were declared. Whoever probes has no identity, so nothing else passes.
/// </summary>
internal sealed class ProbeEndpoints : IDisposable
{
    private const int MaxBody = 10 * 1024; // what the kubelet reads of an answer
    private const string AppPrefix = "/app/";

    // A probe gives up after a second unless it says otherwise; nobody waits for an answer so late.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Connect = TimeSpan.FromSeconds(1);

    private readonly ProxySettings _settings;
    private readonly Readiness _readiness;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectTimeout = Connect,
        ActivityHeadersPropagator = null,
        PooledConnectionLifetime = TimeSpan.Zero, // what was true of an old connection may be no longer of a new one
    });

    public ProbeEndpoints(ProxySettings settings, Readiness readiness, TimeProvider time)
    {
        _settings = settings;
        _readiness = readiness;
        _time = time;
    }

    /// <summary>Answers at the sidecar's own address.</summary>
    public Task HealthAsync(HttpContext http)
    {
        var target = Target(http);
        return !IsProbe(http) ? RefuseAsync(http) : target switch
        {
            "/live" => HealthAnswers.LiveAsync(http),
            "/ready" => HealthAnswers.ReadyAsync(http, _readiness),
            _ when target.StartsWith(AppPrefix, StringComparison.Ordinal) && _settings.Applications.TryGetValue(target[AppPrefix.Length..], out var port) => ConnectAsync(http, port),
            _ => HealthAnswers.TextAsync(http, StatusCodes.Status404NotFound, "GET /ready /live /app/PORT"),
        };
    }

    /// <summary>Answers at a door of the app.</summary>
    public Task DoorAsync(HttpContext http, ProbeDoors door) =>
        !IsProbe(http) ? RefuseAsync(http)
        : door.Applications.TryGetValue(Target(http), out var application) ? AskAsync(http, application, Target(http))
        : HealthAnswers.TextAsync(http, StatusCodes.Status403Forbidden, "Only declared probes pass here; services call each other through their sidecars.");

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    private static string Target(HttpContext http) => http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    private static bool IsProbe(HttpContext http) => HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);

    private static Task RefuseAsync(HttpContext http) => HealthAnswers.TextAsync(http, StatusCodes.Status405MethodNotAllowed, "Probes are GET or HEAD.");

    private async Task AskAsync(HttpContext http, EndPoint application, string target)
    {
        using var patience = new CancellationTokenSource(Patience, _time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, http.RequestAborted);
        using var request = new HttpRequestMessage(HttpMethods.IsHead(http.Request.Method) ? HttpMethod.Head : HttpMethod.Get, new Uri($"http://{LocalApplication.NameOf(application)}{target}"));
        foreach (var (name, values) in http.Request.Headers)
        {
            if (!HopHeaders.Contains(name) && !HopHeaders.IsReserved(name) && !HopHeaders.IsNominated(http.Request.Headers.Connection, name) && !IsOfTheMesh(name))
            {
                request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        try
        {
            using var response = await _client.SendAsync(request, ending.Token);
            http.Response.StatusCode = (int)response.StatusCode;
            http.Response.ContentType = response.Content.Headers.ContentType?.ToString();
            if (response.Headers.Location is { } location)
            {
                http.Response.Headers.Location = location.OriginalString;
            }

            var body = new byte[MaxBody];
            var length = await (await response.Content.ReadAsStreamAsync(ending.Token)).ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, ending.Token);
            await http.Response.Body.WriteAsync(body.AsMemory(0, length), ending.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            await HealthAnswers.TextAsync(http, StatusCodes.Status503ServiceUnavailable, $"The app does not answer at {LocalApplication.NameOf(application)}: {e.Message}");
        }
    }

    private async Task ConnectAsync(HttpContext http, EndPoint application)
    {
        using var patience = new CancellationTokenSource(Connect, _time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, http.RequestAborted);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(application, ending.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            await HealthAnswers.TextAsync(http, StatusCodes.Status503ServiceUnavailable, $"The app accepts no connections at {LocalApplication.NameOf(application)}: {e.Message}");
            return;
        }

        await HealthAnswers.TextAsync(http, StatusCodes.Status200OK, "accepts connections");
    }

    // Who calls is for the sidecar to say.
    private static bool IsOfTheMesh(string name) => name.Equals(IdentityHeaders.ForwardedClientCert, StringComparison.OrdinalIgnoreCase) || name.StartsWith("mesh-", StringComparison.OrdinalIgnoreCase);
}
