using System.Collections.Immutable;
using Envoy.Config.Accesslog.V3;
using Envoy.Config.Core.V3;
using Envoy.Extensions.AccessLoggers.File.V3;
using Envoy.Extensions.AccessLoggers.Stream.V3;
using Envoy.Type.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Snapshot.V1;
using Mesh.Xds.Wire;
using AccessLogMessage = Envoy.Config.Accesslog.V3.AccessLog;
using AccessLogRecord = Mesh.Model.Snapshots.AccessLog;

namespace Mesh.Xds.Codecs;

/// <summary>Access logs, as the standard ones. Their names are origins, as those of RBAC policies.</summary>
internal static class AccessLogCodec
{
    private const string RuntimeKey = "mesh.dev/access-log";

    public static IEnumerable<AccessLogMessage> Encode(ImmutableArray<AccessLogRecord> logs) => logs.Select(Encode);

    public static IEnumerable<AccessLogCaller> Callers(ImmutableArray<AccessLogRecord> logs) => logs.All(log => log.Caller is null)
        ? []
        : logs.Select(log => new AccessLogCaller { Caller = log.Caller?.Value ?? "", IsPrefix = log.Caller?.IsPrefix ?? false });

    public static ImmutableArray<AccessLogRecord> Decode(IReadOnlyList<AccessLogMessage> logs, IReadOnlyList<AccessLogCaller> callers, string where) =>
        callers.Count == 0 || callers.Count == logs.Count
            ? [.. logs.Select((log, i) => Decode(log, callers.Count == 0 || callers[i].Caller.Length == 0 ? null : new PrincipalMatch(callers[i].Caller, callers[i].IsPrefix), $"{where}.access_log[{i}]"))]
            : throw new ResourceRefusedException($"{where}.metadata.access_log_callers: not one for each access log");

    private static AccessLogMessage Encode(AccessLogRecord log, int index) => new() { Name = PolicyNameCodec.Encode(index, log.Origin), Filter = Filter(log), TypedConfig = Logger(log) };

    private static Any Logger(AccessLogRecord log)
    {
        if (log.Kind == AccessLogKind.OpenTelemetry)
        {
            return MessageName.Pack(new CollectorAccessLog { Body = log.Body ?? AccessLogRecord.DefaultText, Attributes = { log.Attributes ?? AccessLogRecord.DefaultAttributes } });
        }

        var format = new SubstitutionFormatString { OmitEmptyValues = log.OmitEmptyValues };
        if (log.Json is { } json)
        {
            format.JsonFormat = new Struct();
            foreach (var (name, value) in json)
            {
                format.JsonFormat.Fields[name] = Value.ForString(value);
            }
        }
        else
        {
            // Envoy adds no end of line to a text.
            format.TextFormatSource = new DataSource { InlineString = $"{log.Text ?? AccessLogRecord.DefaultText}\n" };
        }

        return log.Kind == AccessLogKind.File
            ? MessageName.Pack(new FileAccessLog { Path = log.Path ?? "", LogFormat = format })
            : MessageName.Pack(new StdoutAccessLog { LogFormat = format });
    }

    private static AccessLogFilter? Filter(AccessLogRecord log)
    {
        var filters = new List<AccessLogFilter>();
        if (log.Caller is { } caller)
        {
            filters.Add(new() { HeaderFilter = new() { Header = CallerHeaderCodec.Encode(caller) } });
        }

        if (log.MinStatus is { } status)
        {
            filters.Add(new() { StatusCodeFilter = new() { Comparison = AtLeast((uint)status) } });
        }

        if (log.MinDuration is { } duration)
        {
            filters.Add(new() { DurationFilter = new() { Comparison = AtLeast((uint)duration.TotalMilliseconds) } });
        }

        if (log.OnlyErrors)
        {
            filters.Add(new() { ResponseFlagFilter = new() });
        }

        filters.AddRange(log.Headers.Select(header => new AccessLogFilter { HeaderFilter = new() { Header = RouteMatchCodec.EncodeHeader(header) } }));
        if (log.Percent < 100)
        {
            filters.Add(new()
            {
                RuntimeFilter = new()
                {
                    RuntimeKey = RuntimeKey,
                    PercentSampled = PercentCodec.Encode(log.Percent),
                    UseIndependentRandomness = true,
                },
            });
        }

        return filters switch
        {
            [] => null,
            [var only] => only,
            _ => new() { AndFilter = new() { Filters = { filters } } },
        };
    }

    private static AccessLogRecord Decode(AccessLogMessage message, PrincipalMatch? caller, string where)
    {
        var log = new AccessLogRecord { Caller = caller, Origin = PolicyNameCodec.Decode(message.Name, where).Origin };
        if (message.TypedConfig?.Holds<FileAccessLog>() == true)
        {
            var file = ValueCodec.Unpack<FileAccessLog>(message.TypedConfig, where);
            log = Read(log with { Kind = AccessLogKind.File, Path = file.Path }, file.LogFormat, where);
        }
        else if (message.TypedConfig?.Holds<CollectorAccessLog>() == true)
        {
            var records = ValueCodec.Unpack<CollectorAccessLog>(message.TypedConfig, where);
            log = log with { Kind = AccessLogKind.OpenTelemetry, Body = records.Body, Attributes = records.Attributes.ToImmutableSortedDictionary(StringComparer.Ordinal) };
        }
        else
        {
            log = Read(log with { Kind = AccessLogKind.Stdout }, ValueCodec.Unpack<StdoutAccessLog>(message.TypedConfig, where).LogFormat, where);
        }

        var isCallers = caller is not null;
        foreach (var filter in message.Filter is { AndFilter: { } several } ? several.Filters : message.Filter is { } one ? [one] : Enumerable.Empty<AccessLogFilter>())
        {
            log = filter switch
            {
                { StatusCodeFilter.Comparison: { } status } => log with { MinStatus = (int)(status.Value?.DefaultValue ?? 0) },
                { DurationFilter.Comparison: { } duration } => log with { MinDuration = TimeSpan.FromMilliseconds(duration.Value?.DefaultValue ?? 0) },
                { ResponseFlagFilter: not null } => log with { OnlyErrors = true },
                { RuntimeFilter.PercentSampled: { Denominator: FractionalPercent.Types.DenominatorType.Million } percent } => log with { Percent = PercentCodec.Decode(percent) },
                { HeaderFilter: not null } when isCallers => log,
                { HeaderFilter.Header: { } header } => log with { Headers = log.Headers.Add(RouteMatchCodec.DecodeHeader(header, $"{where}.filter")) },
                _ => throw new ResourceRefusedException($"{where}.filter: {filter.FilterSpecifierCase} is not supported"),
            };

            // What names the caller stands in front of all others.
            isCallers = false;
        }

        return log;
    }

    private static AccessLogRecord Read(AccessLogRecord log, SubstitutionFormatString? format, string where) => format switch
    {
        { TextFormatSource: { HasInlineString: true } text } => log with { Text = text.InlineString.EndsWith('\n') ? text.InlineString[..^1] : text.InlineString, OmitEmptyValues = format.OmitEmptyValues },
        { JsonFormat: { } json } => log with
        {
            Json = json.Fields.ToImmutableSortedDictionary(field => field.Key, field => field.Value.StringValue, StringComparer.Ordinal),
            OmitEmptyValues = format.OmitEmptyValues,
        },
        _ => throw new ResourceRefusedException($"{where}.log_format: neither a text nor an object"),
    };

    private static ComparisonFilter AtLeast(uint value) => new() { Op = ComparisonFilter.Types.Op.Ge, Value = new RuntimeUInt32 { DefaultValue = value, RuntimeKey = RuntimeKey } };
}
