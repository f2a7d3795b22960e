using Envoy.Extensions.Filters.Http.Fault.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;
using Mesh.Snapshot.V1;
using Mesh.Xds.Wire;
using FaultAbortMessage = Envoy.Extensions.Filters.Http.Fault.V3.FaultAbort;
using FaultAbortRecord = Mesh.Model.Snapshots.FaultAbort;
using FaultDelayMessage = Envoy.Extensions.Filters.Common.Fault.V3.FaultDelay;
using FaultDelayRecord = Mesh.Model.Snapshots.FaultDelay;

namespace Mesh.Xds.Codecs;

/// <summary>Faults: for our sidecar a resource of its own that ends by itself, in which the standard filter says what it can; for others that filter alone.</summary>
internal static class FaultCodec
{
    /// <summary>The name of the standard filter among those of a connection manager, and of what replaces it for one route.</summary>
    public const string FilterName = "envoy.filters.http.fault";

    private const int BytesPerKibibyte = 1024;

    public static XdsResource Encode(FaultRule fault) => XdsResource.From(TypeUrls.Fault, fault.Name, EncodeMessage(fault)).EndingAt(fault.EndsAt);

    /// <summary>The rule, with an end that its resource says and not its body.</summary>
    public static FaultRule Decode(FaultLease message)
    {
        var http = message.Http ?? new HTTPFault();
        var rule = new FaultRule
        {
            Id = message.Id,
            By = message.By,
            Upstream = ValueCodec.DecodePort(message.Upstream, "upstream"),
            EndsAt = DateTimeOffset.MinValue,
            Matches = [.. message.Matches.Select((match, i) => RouteMatchCodec.Decode(match, anyPath: true, $"matches[{i}]"))],
            Effects = new FaultEffects
            {
                Delay = http.Delay is { } delay ? Decode(delay, message.LongestDelay) : null,
                Abort = http.Abort is { } abort ? Decode(abort) : message.Reset is { } reset ? new FaultAbortRecord { Reset = true, Percent = PercentCodec.Decode(reset) } : null,
                Response = message.Response is { } response ? Decode(response) : null,
                Tunnel = message.Tunnel is { } tunnel ? Decode(tunnel) : null,
            },
        };
        return rule.Effects.Validate(FieldPath.Root).ToArray() is { Length: > 0 } violations
            ? throw new ResourceRefusedException(string.Join("; ", violations.Select(violation => violation.ToString())))
            : rule;
    }

    /// <summary>What the standard filter can say of it: a delay that is drawn becomes its mean. <see langword="null"/>: nothing.</summary>
    /// <param name="effects">What happens.</param>
    /// <param name="brokenOff">What is answered in place of a connection that breaks off, which the filter cannot do; <see langword="null"/>: nothing.</param>
    public static HTTPFault? EncodeStandard(FaultEffects effects, FaultAbortRecord? brokenOff)
    {
        var abort = effects.Abort is { Reset: true } reset ? brokenOff is null ? null : brokenOff with { Percent = reset.Percent } : effects.Abort;
        return effects.Delay is null && abort is null && effects.Response?.BytesPerSecond is null
            ? null
            : new()
            {
                Delay = effects.Delay is { } delay ? Encode((delay.From + delay.To) / 2, delay.Percent) : null,
                Abort = abort is null ? null : Encode(abort),
                ResponseRateLimit = effects.Response is { BytesPerSecond: { } bytes } response
                    ? new() { FixedLimit = new() { LimitKbps = (ulong)Math.Max(1, bytes / BytesPerKibibyte) }, Percentage = PercentCodec.Encode(response.Percent) }
                    : null,
            };
    }

    /// <summary>The body of its resource.</summary>
    public static FaultLease EncodeMessage(FaultRule fault)
    {
        var (delay, abort) = (fault.Effects.Delay, fault.Effects.Abort);

        // The filter knows no delay of zero.
        var least = delay is null ? TimeSpan.Zero : delay.From > TimeSpan.Zero ? delay.From : TimeSpan.FromMilliseconds(1);
        var message = new FaultLease
        {
            Id = fault.Id,
            By = fault.By,
            Upstream = fault.Upstream.ToString(),
            LongestDelay = delay is not null && delay.To != delay.From ? Duration.FromTimeSpan(delay.To) : null,
            Reset = abort is { Reset: true } ? PercentCodec.Encode(abort.Percent) : null,
            Http = new HTTPFault
            {
                Delay = delay is null ? null : Encode(least, delay.Percent),
                Abort = abort is null or { Reset: true } ? null : Encode(abort),
            },
        };
        if (fault.Effects.Response is { } response)
        {
            message.Response = new() { BytesPerSecond = (uint?)response.BytesPerSecond, CutAfter = (uint?)response.CutAfter, Percentage = PercentCodec.Encode(response.Percent) };
        }

        if (fault.Effects.Tunnel is { } tunnel)
        {
            message.Tunnel = new()
            {
                Latency = Encode(tunnel.Latency),
                Jitter = Encode(tunnel.Jitter),
                BytesPerSecond = (uint?)tunnel.BytesPerSecond,
                ResetAfter = Encode(tunnel.ResetAfter),
                LimitBytes = (uint?)tunnel.LimitBytes,
                SlowClose = Encode(tunnel.SlowClose),
                Percentage = PercentCodec.Encode(tunnel.Percent),
            };
        }

        message.Matches.AddRange(fault.Matches.Select(RouteMatchCodec.Encode));
        return message;
    }

    private static FaultResponse Decode(ResponseFault response) =>
        new() { BytesPerSecond = (int?)response.BytesPerSecond, CutAfter = (int?)response.CutAfter, Percent = PercentCodec.Decode(response.Percentage) };

    private static FaultTunnel Decode(TunnelFault tunnel) => new()
    {
        Latency = tunnel.Latency?.ToTimeSpan(),
        Jitter = tunnel.Jitter?.ToTimeSpan(),
        BytesPerSecond = (int?)tunnel.BytesPerSecond,
        ResetAfter = tunnel.ResetAfter?.ToTimeSpan(),
        LimitBytes = (int?)tunnel.LimitBytes,
        SlowClose = tunnel.SlowClose?.ToTimeSpan(),
        Percent = PercentCodec.Decode(tunnel.Percentage),
    };

    private static Duration? Encode(TimeSpan? length) => length is { } given ? Duration.FromTimeSpan(given) : null;

    private static FaultDelayMessage Encode(TimeSpan length, double percent) => new() { FixedDelay = Duration.FromTimeSpan(length), Percentage = PercentCodec.Encode(percent) };

    private static FaultAbortMessage Encode(FaultAbortRecord abort)
    {
        var message = new FaultAbortMessage { Percentage = PercentCodec.Encode(abort.Percent) };
        if (abort.GrpcStatus is { } grpc)
        {
            message.GrpcStatus = (uint)grpc;
        }
        else
        {
            message.HttpStatus = (uint)(abort.HttpStatus ?? 0);
        }

        return message;
    }

    private static FaultDelayRecord Decode(FaultDelayMessage delay, Duration? longest)
    {
        var least = ValueCodec.Required(delay.FixedDelay, "http.delay.fixed_delay");
        var percent = PercentCodec.Decode(delay.Percentage);
        return longest is null ? new() { Fixed = least, Percent = percent } : new() { Min = least, Max = longest.ToTimeSpan(), Percent = percent };
    }

    private static FaultAbortRecord Decode(FaultAbortMessage abort) => abort.ErrorTypeCase switch
    {
        FaultAbortMessage.ErrorTypeOneofCase.HttpStatus => new() { HttpStatus = (int)abort.HttpStatus, Percent = PercentCodec.Decode(abort.Percentage) },
        FaultAbortMessage.ErrorTypeOneofCase.GrpcStatus => new() { GrpcStatus = (int)abort.GrpcStatus, Percent = PercentCodec.Decode(abort.Percentage) },
        _ => throw new ResourceRefusedException($"http.abort: {abort.ErrorTypeCase} is not supported"),
    };
}
