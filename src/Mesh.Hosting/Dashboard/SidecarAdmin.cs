using System.Net.Http.Headers;

namespace Mesh.Hosting.Dashboard;

/// <summary>Speaks to the admin endpoint of a sidecar.</summary>
internal sealed class SidecarAdmin : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;

    public SidecarAdmin(string token)
    {
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = Limit }) { Timeout = Limit };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>The answer's text.</summary>
    /// <param name="address">The sidecar's, <c>ip:port</c>.</param>
    /// <param name="method">GET or POST.</param>
    /// <param name="path">From the first slash on.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HttpRequestException">It did not answer, or refused.</exception>
    public async Task<string> AskAsync(string address, HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, $"http://{address}{path}");
        using var answer = await _http.SendAsync(request, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode ? text : throw new HttpRequestException($"{method} {path} was answered with {(int)answer.StatusCode}: {text.Trim()}");
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();
}
