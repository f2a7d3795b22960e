using System.Collections.Immutable;
using Envoy.Config.Core.V3;
using Envoy.Config.Route.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;

namespace Mesh.Xds.Codecs;

/// <summary>Retries. Which methods may be repeated after they might have been processed has no field in Envoy and travels in the route's settings.</summary>
internal static class RetryCodec
{
    private const string OriginName = "retry";
    private const string StatusCodes = "retriable-status-codes";
    private const string Headers = "retriable-headers";

    /// <summary>The conditions that gRPC clients know too (gRFC A44).</summary>
    public static readonly ImmutableArray<(RetryOn Flag, string Word)> GrpcWords =
    [
        (RetryOn.GrpcCancelled, "cancelled"),
        (RetryOn.GrpcDeadlineExceeded, "deadline-exceeded"),
        (RetryOn.GrpcInternal, "internal"),
        (RetryOn.GrpcResourceExhausted, "resource-exhausted"),
        (RetryOn.GrpcUnavailable, "unavailable"),
    ];

    private static readonly ImmutableArray<(RetryOn Flag, string Word)> Words =
    [
        (RetryOn.ConnectFailure, "connect-failure"),
        (RetryOn.RefusedStream, "refused-stream"),
        (RetryOn.Reset, "reset"),
        (RetryOn.GatewayError, "gateway-error"),
        (RetryOn.ServerError, "5xx"),
        (RetryOn.Retriable4xx, "retriable-4xx"),
        .. GrpcWords,
    ];

    public static RetryPolicy Encode(RetrySettings retry, Metadata metadata)
    {
        metadata.WithOrigin(OriginName, retry.Origin);
        var words = Words.Where(word => retry.On.HasFlag(word.Flag)).Select(word => word.Word);
        var policy = new RetryPolicy
        {
            RetryOn = string.Join(',', [.. words, .. retry.Statuses.IsEmpty ? [] : new[] { StatusCodes }, .. retry.ResponseHeaders.IsEmpty ? [] : new[] { Headers }]),
            NumRetries = (uint)retry.Attempts,
            PerTryTimeout = retry.PerTryTimeout is { } limit ? Duration.FromTimeSpan(limit) : null,
            RetryBackOff = new()
            {
                BaseInterval = Duration.FromTimeSpan(retry.BackOffBase),
                MaxInterval = Duration.FromTimeSpan(retry.BackOffMax),
            },
        };
        policy.RetriableStatusCodes.AddRange(retry.Statuses.Select(status => (uint)status));
        policy.RetriableRequestHeaders.AddRange(retry.RequestHeaders.Select(RouteMatchCodec.EncodeHeader));
        policy.RetriableHeaders.AddRange(retry.ResponseHeaders.Select(RouteMatchCodec.EncodeHeader));
        if (retry.RateLimited is { } limited)
        {
            policy.RateLimitedRetryBackOff = new() { MaxInterval = Duration.FromTimeSpan(limited.MaxInterval) };
            policy.RateLimitedRetryBackOff.ResetHeaders.AddRange(limited.Headers.Select(header => new RetryPolicy.Types.ResetHeader
            {
                Name = header.Name,
                Format = header.IsUnixTimestamp ? RetryPolicy.Types.ResetHeaderFormat.UnixTimestamp : RetryPolicy.Types.ResetHeaderFormat.Seconds,
            }));
        }

        return policy;
    }

    public static RetrySettings Decode(RetryPolicy? policy, IEnumerable<string> idempotentMethods, Metadata? metadata, string where)
    {
        if (policy is null)
        {
            throw new ResourceRefusedException($"{where}.retry_policy: missing; a route without retries says so");
        }

        var on = RetryOn.None;
        foreach (var word in policy.RetryOn.Split(',', StringSplitOptions.RemoveEmptyEntries).Where(word => word is not (StatusCodes or Headers)))
        {
            var flag = Words.FirstOrDefault(known => known.Word == word).Flag;
            on |= flag != RetryOn.None ? flag : throw new ResourceRefusedException($"{where}.retry_policy.retry_on: '{word}' is not supported");
        }

        return new()
        {
            On = on,
            Attempts = (int)(policy.NumRetries ?? 1),
            PerTryTimeout = policy.PerTryTimeout?.ToTimeSpan(),
            BackOffBase = ValueCodec.Required(policy.RetryBackOff?.BaseInterval, $"{where}.retry_policy.retry_back_off.base_interval"),
            BackOffMax = ValueCodec.Required(policy.RetryBackOff?.MaxInterval, $"{where}.retry_policy.retry_back_off.max_interval"),
            Statuses = [.. policy.RetriableStatusCodes.Select(status => (int)status)],
            IdempotentMethods = [.. idempotentMethods],
            RequestHeaders = [.. policy.RetriableRequestHeaders.Select(header => RouteMatchCodec.DecodeHeader(header, $"{where}.retry_policy.retriable_request_headers"))],
            ResponseHeaders = [.. policy.RetriableHeaders.Select(header => RouteMatchCodec.DecodeHeader(header, $"{where}.retry_policy.retriable_headers"))],
            RateLimited = policy.RateLimitedRetryBackOff is not { } limited ? null : new(
                [.. limited.ResetHeaders.Select(header => new ResetHeader(header.Name, header.Format == RetryPolicy.Types.ResetHeaderFormat.UnixTimestamp))],
                ValueCodec.Required(limited.MaxInterval, $"{where}.retry_policy.rate_limited_retry_back_off.max_interval")),
            Origin = metadata.Origin(OriginName),
        };
    }
}
