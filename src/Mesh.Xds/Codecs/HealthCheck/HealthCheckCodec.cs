using System.Globalization;
using Envoy.Config.Core.V3;
using Envoy.Type.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using CheckMessage = Envoy.Config.Core.V3.HealthCheck;
using CheckRecord = Mesh.Model.Snapshots.HealthCheck;
using ClusterMessage = Envoy.Config.Cluster.V3.Cluster;
using HeaderRecord = Mesh.Model.Snapshots.CheckHeader;

namespace Mesh.Xds.Codecs;

/// <summary>How replicas are asked how they are.</summary>
internal static class HealthCheckCodec
{
    private const string OriginName = "healthCheck";

    public static void Encode(Cluster cluster, ClusterMessage message, Metadata metadata)
    {
        if (cluster.HealthCheck is not { } check)
        {
            return;
        }

        metadata.WithOrigin(OriginName, check.Origin);
        message.HealthChecks.Add(Encode(check, cluster.ServerName));
        if (check.FailTrafficOnPanic)
        {
            message.CommonLbConfig ??= new();
            message.CommonLbConfig.ZoneAwareLbConfig = new() { FailTrafficOnPanic = true };
        }
    }

    public static CheckRecord? Decode(ClusterMessage message)
    {
        const string where = "health_checks[0]";
        if (message.HealthChecks.Count == 0)
        {
            return null;
        }

        var check = message.HealthChecks[0];
        var record = check.HealthCheckerCase switch
        {
            CheckMessage.HealthCheckerOneofCase.HttpHealthCheck => DecodeHttp(check.HttpHealthCheck),
            CheckMessage.HealthCheckerOneofCase.TcpHealthCheck => new CheckRecord(HealthCheckKind.Tcp)
            {
                Send = check.TcpHealthCheck.Send is { } send ? Base64(send, where) : "",
                Receive = [.. check.TcpHealthCheck.Receive.Select(block => Base64(block, where))],
            },
            CheckMessage.HealthCheckerOneofCase.GrpcHealthCheck => new CheckRecord(HealthCheckKind.Grpc) { ServiceName = check.GrpcHealthCheck.ServiceName, Authority = check.GrpcHealthCheck.Authority },
            _ => throw new ResourceRefusedException($"{where}: {check.HealthCheckerCase} is not supported"),
        };
        record = record with
        {
            Interval = ValueCodec.Required(check.Interval, $"{where}.interval"),
            Timeout = ValueCodec.Required(check.Timeout, $"{where}.timeout"),
            UnhealthyThreshold = (int)(check.UnhealthyThreshold ?? 0),
            HealthyThreshold = (int)(check.HealthyThreshold ?? 0),
            InitialJitter = check.InitialJitter?.ToTimeSpan() ?? TimeSpan.Zero,
            IntervalJitter = check.IntervalJitter?.ToTimeSpan() ?? TimeSpan.Zero,
            IntervalJitterPercent = (int)check.IntervalJitterPercent,
            NoTrafficInterval = ValueCodec.Required(check.NoTrafficInterval, $"{where}.no_traffic_interval"),
            ReuseConnection = check.ReuseConnection ?? true,
            FailTrafficOnPanic = message.CommonLbConfig?.ZoneAwareLbConfig?.FailTrafficOnPanic ?? false,
            Origin = message.Metadata.Origin(OriginName),
        };
        return record is { Interval.Ticks: > 0, Timeout.Ticks: > 0, NoTrafficInterval.Ticks: > 0, UnhealthyThreshold: > 0, HealthyThreshold: > 0 }
            ? record
            : throw new ResourceRefusedException($"{where}: interval, timeout, no_traffic_interval and both thresholds have to be greater than zero");
    }

    private static CheckMessage Encode(CheckRecord check, string host)
    {
        var message = new CheckMessage
        {
            Interval = Duration.FromTimeSpan(check.Interval),
            Timeout = Duration.FromTimeSpan(check.Timeout),
            UnhealthyThreshold = (uint)check.UnhealthyThreshold,
            HealthyThreshold = (uint)check.HealthyThreshold,
            InitialJitter = check.InitialJitter == TimeSpan.Zero ? null : Duration.FromTimeSpan(check.InitialJitter),
            IntervalJitter = check.IntervalJitter == TimeSpan.Zero ? null : Duration.FromTimeSpan(check.IntervalJitter),
            IntervalJitterPercent = (uint)check.IntervalJitterPercent,
            NoTrafficInterval = Duration.FromTimeSpan(check.NoTrafficInterval),
            ReuseConnection = check.ReuseConnection,
        };
        switch (check.Kind)
        {
            case HealthCheckKind.Http:
                message.HttpHealthCheck = EncodeHttp(check, host);
                break;
            case HealthCheckKind.Tcp:
                message.TcpHealthCheck = new() { Send = check.Send.Length == 0 ? null : Hex(check.Send) };
                message.TcpHealthCheck.Receive.AddRange(check.Receive.Select(Hex));
                break;
            default:
                message.GrpcHealthCheck = new() { ServiceName = check.ServiceName, Authority = check.Authority };
                break;
        }

        return message;
    }

    private static CheckMessage.Types.HttpHealthCheck EncodeHttp(CheckRecord check, string host)
    {
        var message = new CheckMessage.Types.HttpHealthCheck { Path = check.Path, Host = host };
        message.ExpectedStatuses.AddRange(check.ExpectedStatuses.Select(status => new Int64Range { Start = status, End = status + 1 }));
        message.RequestHeadersToAdd.AddRange(check.Headers.Select(header => new HeaderValueOption
        {
            Header = new() { Key = header.Name, Value = header.Value },
            AppendAction = HeaderValueOption.Types.HeaderAppendAction.OverwriteIfExistsOrAdd,
        }));
        return message;
    }

    private static CheckRecord DecodeHttp(CheckMessage.Types.HttpHealthCheck message) => new(HealthCheckKind.Http)
    {
        Path = message.Path.StartsWith('/') ? message.Path : throw new ResourceRefusedException($"health_checks[0].http_health_check.path: '{message.Path}' does not begin with /"),
        ExpectedStatuses = [.. message.ExpectedStatuses.SelectMany(range => range is { Start: >= 100, End: <= 600 }
            ? Enumerable.Range((int)range.Start, Math.Max(0, (int)(range.End - range.Start)))
            : throw new ResourceRefusedException(string.Create(CultureInfo.InvariantCulture, $"health_checks[0].http_health_check.expected_statuses: {range.Start} to {range.End} is not within 100 to 600")))],
        Headers = [.. message.RequestHeadersToAdd.Select(option => new HeaderRecord(option.Header.Key, option.Header.Value))],
    };

    private static CheckMessage.Types.Payload Hex(string base64) => new() { Text = Convert.ToHexString(Convert.FromBase64String(base64)) };

    private static string Base64(CheckMessage.Types.Payload payload, string where)
    {
        try
        {
            return Convert.ToBase64String(Convert.FromHexString(payload.Text));
        }
        catch (FormatException)
        {
            throw new ResourceRefusedException($"{where}.tcp_health_check: '{payload.Text}' is not hexadecimal");
        }
    }
}
