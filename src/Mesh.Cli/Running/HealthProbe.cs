using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Mesh.Model.Topology;

namespace Mesh.Cli.Running;

/// <summary>Finds out whether something answers.</summary>
internal sealed class HealthProbe(TimeProvider clock) : IDisposable
{
    // Soon at first, then seldom: apps log failed checks.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromSeconds(5) }) { Timeout = Limit };

    /// <summary>Waits until a TCP port accepts.</summary>
    /// <param name="address"><c>ip:port</c>.</param>
    /// <param name="said">Is told why not yet.</param>
    public Task UntilAcceptsAsync(string address, Action<string> said, CancellationToken cancellation) => UntilAsync(
        token => AcceptsAsync(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), IPEndPoint.Parse(address), said, token), cancellation);

    /// <summary>Waits until a sidecar's relay listens and has written certificates.</summary>
    /// <param name="socket">The relay's Unix socket.</param>
    /// <param name="key">The file with the key.</param>
    /// <param name="said">Is told why not yet.</param>
    public Task UntilRelaysAsync(string socket, string key, Action<string> said, CancellationToken cancellation) => UntilAsync(
        async token =>
        {
            if (!await AcceptsAsync(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(socket), said, token))
            {
                return false;
            }

            if (!File.Exists(key))
            {
                said($"{key} is not there yet");
                return false;
            }

            return true;
        },
        cancellation);

    /// <summary>Waits until a GET is answered with a 2xx status.</summary>
    /// <param name="url">What to get.</param>
    /// <param name="protocol">What is spoken there.</param>
    /// <param name="said">Is told why not yet.</param>
    /// <param name="token">Bearer token, or <see langword="null"/>.</param>
    public Task UntilHealthyAsync(string url, AppProtocol protocol, Action<string> said, CancellationToken cancellation, string? token = null) => UntilAsync(
        async limit =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url)
            {
                Version = protocol.IsHttp2() ? HttpVersion.Version20 : HttpVersion.Version11,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            if (token is not null)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            try
            {
                using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit);
                if (answer.IsSuccessStatusCode)
                {
                    return true;
                }

                var mesh = answer.Headers.TryGetValues("mesh-error", out var errors) ? $" ({string.Join(", ", errors)})" : "";
                said($"GET {url} answers {(int)answer.StatusCode}{mesh}");
                return false;
            }
            catch (HttpRequestException e)
            {
                said($"GET {url} fails: {e.Message}");
                return false;
            }
        },
        cancellation);

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private static async Task<bool> AcceptsAsync(Socket socket, EndPoint address, Action<string> said, CancellationToken cancellation)
    {
        using (socket)
        {
            try
            {
                await socket.ConnectAsync(address, cancellation);
                return true;
            }
            catch (SocketException e)
            {
                said($"{address} does not accept connections: {e.Message}");
                return false;
            }
        }
    }

    private async Task UntilAsync(Func<CancellationToken, Task<bool>> works, CancellationToken cancellation)
    {
        var pause = FirstPause;
        while (true)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Limit);
            try
            {
                if (await works(limit.Token))
                {
                    return;
                }
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // This attempt took too long; the next one may not.
            }

            await Task.Delay(pause, clock, cancellation);
            pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
        }
    }
}
