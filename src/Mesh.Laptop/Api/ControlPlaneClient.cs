using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.Laptop.Api;

/// <summary>Speaks to the control plane's API. What goes wrong comes as a <see cref="ControlPlaneException"/> that a user understands.</summary>
internal sealed class ControlPlaneClient : IDisposable
{
    private readonly HttpClient _http;

    /// <summary>A client for one server.</summary>
    /// <param name="server">Base URL, such as <c>http://127.0.0.1:15014</c>.</param>
    /// <param name="token">Bearer token; <see langword="null"/>: only health can be asked for.</param>
    /// <param name="handler">What sends.</param>
    public ControlPlaneClient(Uri server, string? token, HttpMessageHandler? handler = null)
    {
        _http = new HttpClient(handler ?? new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
        {
            BaseAddress = server,
            Timeout = TimeSpan.FromSeconds(30),
        };
        if (token is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    /// <summary>Where it is.</summary>
    public Uri Server => _http.BaseAddress!;

    /// <summary>Whether it can serve; never throws for a server that is not there yet.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await _http.GetAsync("/healthz/ready", cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false; // it took longer than the client waits
        }
    }

    /// <summary>GET of <c>/api/v1/…</c>.</summary>
    public Task<JsonNode> GetAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Get, path, null, cancellation);

    /// <summary>GET of a text.</summary>
    public Task<string> GetTextAsync(string path, CancellationToken cancellation) => SendTextAsync(HttpMethod.Get, path, null, cancellation);

    /// <summary>POST of a JSON body.</summary>
    public Task<JsonNode> PostAsync(string path, JsonNode? body, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, path, body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"), cancellation);

    /// <summary>POST of documents as the user wrote them.</summary>
    public Task<JsonNode> PostTextAsync(string path, string text, string contentType, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, path, new StringContent(text, Encoding.UTF8, contentType), cancellation);

    /// <summary>DELETE.</summary>
    public Task<JsonNode> DeleteAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Delete, path, null, cancellation);

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation) => Parse(await SendTextAsync(method, path, content, cancellation));

    private async Task<string> SendTextAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/{path}") { Content = content };
        HttpResponseMessage answer;
        string text;
        try
        {
            answer = await _http.SendAsync(request, cancellation);
            text = await answer.Content.ReadAsStringAsync(cancellation);
        }
        catch (HttpRequestException e)
        {
            throw new ControlPlaneException(ControlPlaneFault.Unreachable, $"no control plane answers at {Server}: {e.Message}", e);
        }
        catch (TaskCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new ControlPlaneException(ControlPlaneFault.Unreachable, $"the control plane at {Server} did not answer {method} {request.RequestUri} within {_http.Timeout.TotalSeconds:0} s.", e);
        }

        using (answer)
        {
            if (!answer.IsSuccessStatusCode)
            {
                throw Refused(answer, text);
            }

            return text;
        }
    }

    private static JsonNode Parse(string text)
    {
        try
        {
            return (text.Length == 0 ? null : JsonNode.Parse(text)) ?? new JsonObject();
        }
        catch (JsonException e)
        {
            throw new ControlPlaneException(ControlPlaneFault.Failed, $"the control plane's answer is no JSON: {e.Message}", e);
        }
    }

    private ControlPlaneException Refused(HttpResponseMessage answer, string text)
    {
        var problem = Problem.Read(text) ?? new Problem($"{(int)answer.StatusCode} {answer.ReasonPhrase}", text, []);
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new ControlPlaneException(ControlPlaneFault.UnknownToken, $"{Server} does not know this token: {problem.Detail}"),
            HttpStatusCode.Forbidden => new ControlPlaneException(ControlPlaneFault.Forbidden, $"this token may not do that: {problem.Detail}"),
            >= HttpStatusCode.InternalServerError => new ControlPlaneException(ControlPlaneFault.Failed, $"the control plane failed: {problem.Title}. {problem.Detail}"),
            _ => new RefusedException(problem),
        };
    }
}
