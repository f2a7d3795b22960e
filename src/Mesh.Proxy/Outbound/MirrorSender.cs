using Mesh.Proxy.Policies.Routing;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Upstreams;
using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Outbound;

/// <summary>Sends copies of requests and forgets them. Nothing that happens to a copy is felt by the request: it has its own thread, its own limits, and is left out where there are too many.</summary>
internal sealed partial class MirrorSender(UpstreamKit kit, ProxyMetrics metrics, ILogger<MirrorSender> logger)
{
    /// <summary>The header that tells a copy from a request, with the rule that made it. What bears it is not copied again.</summary>
    public const string Header = "mesh-mirror";

    /// <summary>Copies that are under way at a time; more are left out.</summary>
    internal const int MaxInFlight = 128;

    /// <summary>Bytes of a body that may wait for a copy's receiver; beyond them the copy is given up.</summary>
    internal const int MaxWaiting = 256 * 1024;

    // Of a response that nobody reads: enough that most connections can be used again.
    private const int MaxResponse = 64 * 1024;

    // A copy whose request has no limit of its own.
    private static readonly TimeSpan LongestCopy = TimeSpan.FromSeconds(30);

    private int _inFlight;

    /// <summary>Copies a request as its rule says. Its headers are those that the backends get, but for what one backend has of its own.</summary>
    /// <param name="context">The request.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="rule">Its rule.</param>
    /// <param name="target">Path and query as they go out.</param>
    /// <param name="host">The <c>Host</c> that a backend in the mesh gets.</param>
    /// <returns>Who has to be shown the body; <see langword="null"/>: nobody.</returns>
    public IBodyTap? Start(HttpContext context, OutboundTables tables, CompiledRule rule, string target, StringValues host)
    {
        if (context.Request.Headers.ContainsKey(Header) || UpgradeForwarder.IsUpgrade(context))
        {
            return null;
        }

        var hasBody = InvokerPath.HasBody(context);
        MirrorBody? body = null;
        foreach (var mirror in rule.Mirrors)
        {
            if (!mirror.IsNext() || tables.Clusters.GetValueOrDefault(mirror.Cluster) is not { } cluster)
            {
                continue;
            }

            if (Interlocked.Increment(ref _inFlight) > MaxInFlight)
            {
                Interlocked.Decrement(ref _inFlight);
                metrics.Mirrored(mirror.Cluster, "dropped");
                continue;
            }

            body = hasBody ? new MirrorBody(MaxWaiting, body) : null;
            var copy = Copy(context.Request, cluster, host, rule.Rule.Name, body);
            var limit = rule.Rule.Timeouts.Request is { } request && request < LongestCopy ? request : LongestCopy;
            _ = Task.Run(() => SendAsync(copy, cluster, target, hasBody, limit));
        }

        return body;
    }

    private static HttpContext Copy(HttpRequest request, OutboundCluster cluster, StringValues host, string rule, MirrorBody? body)
    {
        var copy = DetachedRequest.Create(request.Method, cluster.ExternalAuthority is { } external ? new StringValues(external) : host, body?.Reader, new BoundedSink(MaxResponse));
        var headers = copy.Request.Headers;
        foreach (var (name, values) in request.Headers)
        {
            if (!name.Equals("Host", StringComparison.OrdinalIgnoreCase))
            {
                headers[name] = values;
            }
        }

        if (!cluster.IsMesh)
        {
            headers.Remove(IdentityHeaders.ForwardedClientCert);
        }

        headers[Header] = rule;
        return copy;
    }

    private async Task SendAsync(HttpContext copy, OutboundCluster cluster, string target, bool hasBody, TimeSpan limit)
    {
        var name = cluster.Cluster.Name;
        try
        {
            using var clock = new CancellationTokenSource(limit, kit.Time);
            using var body = hasBody ? new RequestBody(copy, keepLimit: 0) : null;
            var (call, failure) = await SideCall.SendAsync(cluster, kit, copy, target, body, Errors.ErrorResponse.IsGrpc(copy.Request), clock.Token);
            await using var sent = call;
            if (sent is null)
            {
                Note(name, "failed", failure?.Detail);
                return;
            }

            sent.Response.CopyHeadTo(copy.Response);
            await sent.Response.CopyBodyToAsync(copy, clock.Token);
            metrics.Mirrored(name, "sent");
        }
        catch (IOException e) when (copy.Response.StatusCode is >= 200 and < 600 && copy.Response.Headers.Count > 0)
        {
            // Its receiver has it; that its answer is long or broken is nobody's concern.
            Log.Unread(logger, name, e.Message);
            metrics.Mirrored(name, "sent");
        }
        catch (Exception e)
        {
            Note(name, "failed", e.Message);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
            await (copy.Features.Get<Microsoft.AspNetCore.Http.Features.IRequestBodyPipeFeature>()?.Reader.CompleteAsync() ?? ValueTask.CompletedTask);
        }
    }

    private void Note(string cluster, string outcome, string? why)
    {
        Log.NotSent(logger, cluster, why);
        metrics.Mirrored(cluster, outcome);
    }

    private static partial class Log
    {
        [LoggerMessage(3310, LogLevel.Debug, "A copy for {Callee} was not sent: {Reason}", EventName = nameof(NotSent))]
        public static partial void NotSent(ILogger logger, string callee, string? reason);

        [LoggerMessage(3311, LogLevel.Debug, "The answer of {Callee} to a copy was not read to its end: {Reason}", EventName = nameof(Unread))]
        public static partial void Unread(ILogger logger, string callee, string reason);
    }
}
