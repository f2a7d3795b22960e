using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Insight;

namespace Mesh.ControlPlane.Kubernetes.Wire;

/// <summary>The verbs of the Kubernetes API that the control plane uses. Objects are JSON: of each, few members are read, and those that are not known must survive a write.</summary>
internal sealed class KubernetesApi(KubernetesConnection connection, ControlPlaneMetrics metrics, TimeProvider time)
{
    /// <summary>Longest wait for an answer, a watch's lines apart.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);

    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly MediaTypeHeaderValue MergePatch = new("application/merge-patch+json");

    /// <summary>Reads an object, or a collection.</summary>
    /// <param name="path">Path without a leading slash.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The object; <see langword="null"/>: there is none.</returns>
    /// <exception cref="KubernetesException">Anything else.</exception>
    public async Task<JsonObject?> FindAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(HttpMethod.Get, path, null, null, cancellationToken);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Reads an object, or a collection.</summary>
    /// <exception cref="KubernetesException">There is none, or it could not be read.</exception>
    public Task<JsonObject> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, null, cancellationToken);

    /// <summary>Makes an object.</summary>
    /// <exception cref="KubernetesException">A conflict: it is there already.</exception>
    public Task<JsonObject> CreateAsync(string collection, JsonObject body, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, collection, body, Json, cancellationToken);

    /// <summary>Replaces an object; with its resource version only if nobody else has in the meantime.</summary>
    /// <exception cref="KubernetesException">A conflict: somebody has.</exception>
    public Task<JsonObject> ReplaceAsync(string path, JsonObject body, CancellationToken cancellationToken) => SendAsync(HttpMethod.Put, path, body, Json, cancellationToken);

    /// <summary>Changes the members that a merge patch names.</summary>
    public Task<JsonObject> PatchAsync(string path, JsonObject patch, CancellationToken cancellationToken) => SendAsync(HttpMethod.Patch, path, patch, MergePatch, cancellationToken);

    /// <summary>What happens to a collection from a version on, until the server ends the answer.</summary>
    /// <param name="collection">The collection, with a query if some of it is meant.</param>
    /// <param name="version">The version of the list, or of the last event.</param>
    /// <param name="limit">How long the server shall keep it open.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public async IAsyncEnumerable<WatchEvent> WatchAsync(string collection, string version, TimeSpan limit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = $"{collection}{(collection.Contains('?', StringComparison.Ordinal) ? '&' : '?')}watch=true&allowWatchBookmarks=true&timeoutSeconds={(int)limit.TotalSeconds}&resourceVersion={version}";

        // A server that has gone without a word ends nothing: its time is kept here as well.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var deadline = time.CreateTimer(_ => ending.Cancel(), null, limit + AnswerLimit, Timeout.InfiniteTimeSpan);
        using var answer = await OpenAsync(HttpMethod.Get, path, null, null, ending.Token);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(ending.Token), Encoding.UTF8);
        while (await ReadLineAsync(reader, path, ending.Token) is { } line)
        {
            if (line.Length > 0)
            {
                yield return Parse(line, path);
            }
        }
    }

    private static async Task<string?> ReadLineAsync(StreamReader reader, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadLineAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new KubernetesException(null, $"GET {path}: {e.Message}", e);
        }
    }

    private static WatchEvent Parse(string line, string path)
    {
        try
        {
            return JsonNode.Parse(line) is JsonObject o && (string?)o["type"] is { } kind && o["object"] is JsonObject body
                ? new WatchEvent(kind, body)
                : throw new KubernetesException(null, $"GET {path}: a line is no watch event");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new KubernetesException(null, $"GET {path}: a line is no watch event: {e.Message}", e);
        }
    }

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, JsonObject? body, MediaTypeHeaderValue? contentType, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(AnswerLimit, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var answer = await OpenAsync(method, path, body, contentType, ending.Token);
            var node = await JsonNode.ParseAsync(await answer.Content.ReadAsStreamAsync(ending.Token), cancellationToken: ending.Token);
            return node as JsonObject ?? throw new KubernetesException(null, $"{method} {path}: the answer is no object");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new KubernetesException(null, $"{method} {path}: no answer within {AnswerLimit.TotalSeconds} s");
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new KubernetesException(null, $"{method} {path}: {e.Message}", e);
        }
    }

    private async Task<HttpResponseMessage> OpenAsync(HttpMethod method, string path, JsonObject? body, MediaTypeHeaderValue? contentType, CancellationToken cancellationToken)
    {
        for (var again = false; ; again = true)
        {
            using var request = new HttpRequestMessage(method, path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
            request.Headers.Authorization = connection.Authorization;
            request.Headers.Accept.ParseAdd("application/json");
            if (body is not null)
            {
                request.Content = new StringContent(body.ToJsonString(), contentType!);
            }

            HttpResponseMessage answer;
            try
            {
                answer = await connection.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            }
            catch (HttpRequestException e)
            {
                metrics.ClusterRequest(method.Method, 0);
                throw new KubernetesException(null, $"{method} {path}: {e.InnerException?.Message ?? e.Message}", e);
            }

            metrics.ClusterRequest(method.Method, (int)answer.StatusCode);
            if (answer.IsSuccessStatusCode)
            {
                return answer;
            }

            using (answer)
            {
                if (answer.StatusCode == HttpStatusCode.Unauthorized && !again)
                {
                    connection.ForgetToken();
                    continue;
                }

                throw KubernetesException.Of(await answer.Content.ReadAsStringAsync(cancellationToken), answer.StatusCode, $"{method} {path}");
            }
        }
    }
}
