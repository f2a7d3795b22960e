using System.Net;
using System.Text;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Policies.TrafficPermission.Tokens;

/// <summary>
/// Reads key sets from where they are. What is at the other end may be slow, huge or hostile: a read takes bounded time and memory, one at a time for each issuer; it follows no
/// redirection, for that would lead where nobody said, and goes through no proxy.
/// </summary>
internal sealed class TokenKeyReader(HttpMessageHandler handler, TimeProvider time) : IDisposable
{
    /// <summary>The most that is read, in bytes. Sets of large issuers have some ten kilobytes.</summary>
    public const int MostBytes = 256 * 1024;

    /// <summary>How long a read may take.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(5);

    private readonly HttpMessageInvoker _client = new(handler, disposeHandler: true);

    /// <summary>A reader for this machine's network.</summary>
    public static TokenKeyReader Create(TimeProvider time) => new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = Limit,
            MaxConnectionsPerServer = 2,
            MaxResponseHeadersLength = 16, // KiB
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            ActivityHeadersPropagator = null,
        },
        time);

    /// <summary>Reads a provider's key set.</summary>
    /// <exception cref="IOException">It cannot be read, or not in time.</exception>
    /// <exception cref="InvalidDataException">It is not one that could be a key set.</exception>
    public async Task<string> ReadAsync(TokenProvider provider, CancellationToken stop)
    {
        if (provider.Keys is { } inline)
        {
            return inline;
        }

        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            return provider.KeysFile is { } file ? await ReadFileAsync(file, either.Token) : await FetchAsync(provider.KeysUrl!, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new IOException($"no answer within {Limit.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is HttpRequestException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new IOException(e.InnerException?.Message ?? e.Message, e);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    private static async Task<string> ReadFileAsync(string path, CancellationToken stop)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: true);
        return await ReadAsync(file, stop);
    }

    private async Task<string> FetchAsync(Uri url, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Accept.ParseAdd("application/jwk-set+json, application/json");
        using var response = await _client.SendAsync(request, stop);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new IOException($"the answer was {(int)response.StatusCode}");
        }

        if (response.Content.Headers.ContentLength > MostBytes)
        {
            throw new InvalidDataException($"it has more than {MostBytes} bytes");
        }

        await using var stream = await response.Content.ReadAsStreamAsync(stop);
        return await ReadAsync(stream, stop);
    }

    private static async Task<string> ReadAsync(Stream stream, CancellationToken stop)
    {
        using var all = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, stop)) > 0)
        {
            if (all.Length + read > MostBytes)
            {
                throw new InvalidDataException($"it has more than {MostBytes} bytes");
            }

            all.Write(buffer, 0, read);
        }

        return Encoding.UTF8.GetString(all.GetBuffer(), 0, (int)all.Length);
    }
}
