using Mesh.Model.Snapshots;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.Retry;

/// <summary>
/// Whether a condition of the policy fits what happened. A request that may have been processed is repeated only where its method is idempotent; gRPC, which has no
/// methods, where the policy names the status.
/// </summary>
internal static class RetryDecision
{
    /// <summary>The condition that an attempt's failure meets, for metrics; <see langword="null"/>: none.</summary>
    public static string? For(RetrySettings settings, AttemptFailure failure, string method) => failure.Stage switch
    {
        AttemptStage.NotConnected => settings.On.HasFlag(RetryOn.ConnectFailure) ? "connect-failure" : null,
        AttemptStage.Refused => settings.On.HasFlag(RetryOn.RefusedStream) ? "refused-stream" : null,
        _ when failure.Error == ProxyError.PerTryTimeout => GatewayError(settings, method),
        _ => settings.On.HasFlag(RetryOn.Reset) && IsIdempotent(settings, method) ? "reset" : null,
    };

    /// <summary>The condition that a response meets; <see langword="null"/>: none.</summary>
    public static string? For(RetrySettings settings, UpstreamResponse response, string method, bool isGrpc)
    {
        if (response.Header(ErrorResponse.Header) is { } made && ByPeer(settings, made, method) is { } reason)
        {
            return reason;
        }

        if (isGrpc)
        {
            return ByGrpcStatus(settings, response);
        }

        if (settings.On == RetryOn.None && settings.Statuses.IsEmpty)
        {
            return null;
        }

        var status = response.Status;
        var isMeant = (status >= 500 && settings.On.HasFlag(RetryOn.ServerError))
            || (status is 502 or 503 or 504 && settings.On.HasFlag(RetryOn.GatewayError))
            || (status == 409 && settings.On.HasFlag(RetryOn.Retriable4xx))
            || settings.Statuses.Contains(status);
        return isMeant && IsIdempotent(settings, method) ? StatusReason(status) : null;
    }

    /// <summary>Whether a replica's sidecar answered because its app is not there, or will not be for long.</summary>
    public static bool IsAbsent(UpstreamResponse response) =>
        response.Status == 503 && response.Header(ErrorResponse.Header) is { } made && (CodeOf(made) is "app_unreachable" or "draining" or "no_configuration");

    /// <summary>Whether a replica's sidecar speaks for an app that it got no answer from.</summary>
    public static bool IsUnanswered(UpstreamResponse response) =>
        IsAbsent(response) || (response.Header(ErrorResponse.Header) is { } made && (CodeOf(made) is "upstream_reset" or "upstream_refused"));

    private static string CodeOf(string meshError)
    {
        var end = meshError.IndexOf(';', StringComparison.Ordinal);
        return end < 0 ? meshError : meshError[..end];
    }

    // What the peer's sidecar says of itself is known better than by status: the app never saw these requests.
    private static string? ByPeer(RetrySettings settings, string meshError, string method)
    {
        return CodeOf(meshError) switch
        {
            "app_unreachable" or "draining" or "no_configuration" => settings.On.HasFlag(RetryOn.ConnectFailure) ? "connect-failure" : null,
            "upstream_refused" => settings.On.HasFlag(RetryOn.RefusedStream) ? "refused-stream" : null,
            "upstream_reset" => settings.On.HasFlag(RetryOn.Reset) && IsIdempotent(settings, method) ? "reset" : null,
            _ => null,
        };
    }

    // In the head only: with a status there, no message has come.
    private static string? ByGrpcStatus(RetrySettings settings, UpstreamResponse response)
    {
        const RetryOn any = RetryOn.GrpcCancelled | RetryOn.GrpcDeadlineExceeded | RetryOn.GrpcInternal | RetryOn.GrpcResourceExhausted | RetryOn.GrpcUnavailable;
        if ((settings.On & any) == 0)
        {
            return null;
        }

        return response.Header("grpc-status") switch
        {
            "1" when settings.On.HasFlag(RetryOn.GrpcCancelled) => "grpc-cancelled",
            "4" when settings.On.HasFlag(RetryOn.GrpcDeadlineExceeded) => "grpc-deadline-exceeded",
            "8" when settings.On.HasFlag(RetryOn.GrpcResourceExhausted) => "grpc-resource-exhausted",
            "13" when settings.On.HasFlag(RetryOn.GrpcInternal) => "grpc-internal",
            "14" when settings.On.HasFlag(RetryOn.GrpcUnavailable) => "grpc-unavailable",
            _ => null,
        };
    }

    private static string? GatewayError(RetrySettings settings, string method) =>
        (settings.On & (RetryOn.GatewayError | RetryOn.ServerError | RetryOn.Reset)) != 0 && IsIdempotent(settings, method) ? "per-try-timeout" : null;

    /// <summary>Whether a method may be sent again although it might have been processed.</summary>
    public static bool IsIdempotent(RetrySettings settings, string method) => settings.IdempotentMethods.Contains(method);

    private static string StatusReason(int status) => status is >= 500 and <= 599 ? "5xx" : "status";
}
