using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Snapshot.V1;
using ConcurrencyLimitMessage = Mesh.Snapshot.V1.ConcurrencyLimit;
using ConcurrencyLimitRecord = Mesh.Model.Snapshots.ConcurrencyLimit;

namespace Mesh.Xds.Codecs;

/// <summary>What may be under way to an app at a time.</summary>
internal static class ConcurrencyCodec
{
    public static ConcurrencyLimitMessage Encode(ConcurrencyLimitRecord limit, int index) => new()
    {
        Caller = limit.Caller?.Value ?? "",
        IsPrefix = limit.Caller?.IsPrefix ?? false,
        MaxRequests = (uint?)limit.Requests,
        MaxConnections = (uint?)limit.Connections,
        MaxPendingRequests = (uint?)limit.Pending,
        Origin = PolicyNameCodec.Encode(index, limit.Origin),
    };

    public static ImmutableArray<ConcurrencyLimitRecord> Decode(DoorSettings settings, string where) =>
        [.. settings.ConcurrencyLimits.Select((limit, i) => Decode(limit, $"{where}.metadata.concurrency_limits[{i}]"))];

    private static ConcurrencyLimitRecord Decode(ConcurrencyLimitMessage message, string where) => new()
    {
        Caller = message.Caller.Length == 0 ? null : new PrincipalMatch(message.Caller, message.IsPrefix),
        Requests = Limit(message.MaxRequests, $"{where}.max_requests"),
        Connections = Limit(message.MaxConnections, $"{where}.max_connections"),
        Pending = Limit(message.MaxPendingRequests, $"{where}.max_pending_requests"),
        Origin = PolicyNameCodec.Decode(message.Origin, where).Origin,
    };

    private static int? Limit(uint? limit, string where) => limit is null ? null
        : limit is >= 1 and <= int.MaxValue ? (int)limit
        : throw new ResourceRefusedException($"{where}: {limit} is not between 1 and {int.MaxValue}");
}
