using Mesh.Model.Identity;
using Mesh.Model.Recording;
using Mesh.Model.Requests;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Telemetry.Recording;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.Proxy.Inbound;

/// <summary>What a recording is told of calls. Only callers with an identity of their own count: people and probes need no permission, and have none to lose.</summary>
internal static class Seen
{
    /// <summary>A request has ended.</summary>
    /// <param name="recording">The recording.</param>
    /// <param name="exchange">The request.</param>
    /// <param name="caller">The caller's SPIFFE id; <see langword="null"/>: somebody without one.</param>
    /// <param name="status">What the caller was answered; 0: nothing.</param>
    /// <param name="failure">What went wrong on the way; <see langword="null"/>: nothing of the mesh's.</param>
    /// <param name="elapsed">How long it took.</param>
    public static void Request(TrafficRecording recording, Exchange exchange, string? caller, int status, Failure? failure, TimeSpan elapsed)
    {
        if (caller is null || IsDeveloper(caller))
        {
            return;
        }

        if (exchange.Facts is not { } facts || failure?.Error is ProxyError.PermissionDenied or ProxyError.TokenRequired or ProxyError.TokenInvalid or ProxyError.TokenKeysUnavailable)
        {
            recording.Note(caller, exchange.Connection.Port, 0, static (edge, _) => edge.Refused++);
            return;
        }

        Note(recording, facts, caller, new Outcome(status, elapsed, IsStream(exchange.Context)));
    }

    /// <summary>A connection without requests has ended.</summary>
    public static void Connection(TrafficRecording recording, string port, SpiffeId? caller, bool mayPass)
    {
        if (caller is not null && !IsDeveloper(caller.Text))
        {
            recording.Note(caller.Text, port, mayPass, static (edge, may) => _ = may ? edge.Connections++ : edge.Refused++);
        }
    }

    /// <summary>A connection without requests is still open when the recording ends.</summary>
    public static void Open(TrafficRecording recording, OpenTunnel tunnel)
    {
        if (tunnel.Caller is { } caller && !IsDeveloper(caller))
        {
            recording.Note(caller, tunnel.Port, 0, static (edge, _) => edge.Connections++);
        }
    }

    /// <summary>A request is still running when the recording ends.</summary>
    public static void Open(TrafficRecording recording, RequestFacts facts)
    {
        if (facts.Caller is { } caller && !IsDeveloper(caller))
        {
            Note(recording, facts, caller, null);
        }
    }

    private static void Note(TrafficRecording recording, RequestFacts facts, string caller, Outcome? outcome)
    {
        // Where no permission looks at paths the path is as it came; one that names it would see it decoded.
        if (!AppPath.TryRead(facts.Path, isMatched: true, out var path) || !path.StartsWith('/'))
        {
            recording.Note(caller, facts.Port, 0, static (edge, _) => edge.Ambiguous++);
            return;
        }

        var key = OperationKey.Of(facts.Method, path, facts.IsGrpc);
        recording.Note(caller, facts.Port, (key, outcome), static (edge, seen) =>
        {
            if (edge.Find(seen.key) is not { } count)
            {
                edge.Unlisted++;
                return;
            }

            switch (seen.outcome)
            {
                case null:
                    count.Open++;
                    return;
                case { Status: >= 500 }:
                    count.ServerErrors++;
                    break;
                case { Status: >= 400 }:
                    count.ClientErrors++;
                    break;
                default:
                    count.Succeeded++;
                    break;
            }

            if (!seen.outcome.Value.IsStream)
            {
                count.AddDuration(LatencyBuckets.Of(seen.outcome.Value.Elapsed));
            }
        });
    }

    private static bool IsDeveloper(string caller) => SpiffeId.TryParse(caller, out var id) && id == SpiffeId.Developer(id.TrustDomain);

    private static bool IsStream(HttpContext context) =>
        context.Response.StatusCode == StatusCodes.Status101SwitchingProtocols
        || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true }
        || context.Response.ContentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) == true;

    private readonly record struct Outcome(int Status, TimeSpan Elapsed, bool IsStream);
}
