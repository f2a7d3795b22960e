using System.Collections.Immutable;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Envoy.Type.Tracing.V3;
using Envoy.Type.V3;
using Mesh.Model.Snapshots;
using Mesh.Snapshot.V1;
using static Envoy.Extensions.Filters.Network.HttpConnectionManager.V3.HttpConnectionManager.Types;

namespace Mesh.Xds.Codecs;

/// <summary>What is told of requests: as the connection manager's tracing, and what that has no field for as settings of ours.</summary>
internal static class TelemetryCodec
{
    /// <summary>Says it to a connection manager.</summary>
    /// <returns>The settings beside it; <see langword="null"/>: nothing is said.</returns>
    public static TelemetrySettings? Encode(HopTelemetry? telemetry, HttpConnectionManager manager)
    {
        if (telemetry is null)
        {
            return null;
        }

        manager.Tracing = new Tracing { CustomTags = { telemetry.Tags.Select(Encode) } };
        if (telemetry.Sampling is { } share)
        {
            manager.Tracing.RandomSampling = new Percent { Value = share };
        }

        if (telemetry.IsTracingOff)
        {
            manager.Tracing.OverallSampling = new Percent { Value = 0 };
        }

        return new()
        {
            IgnoreParent = telemetry.IgnoresParent,
            MetricTags = { telemetry.Tags.Where(tag => tag.Metrics).Select(tag => new MetricTag { Name = tag.Name, MaxValues = (uint)(tag.MaxValues ?? 0) }) },
            MetricsDisabled = telemetry.AreMetricsOff,
            DurationBuckets = { telemetry.DurationBuckets },
            Origin = PolicyNameCodec.Encode(0, telemetry.Origin),
        };
    }

    /// <summary>Reads it.</summary>
    public static HopTelemetry? Decode(TelemetrySettings? settings, HttpConnectionManager manager, string where)
    {
        if (settings is null)
        {
            return null;
        }

        var measured = settings.MetricTags.ToDictionary(tag => tag.Name, tag => tag.MaxValues == 0 ? (int?)null : (int)tag.MaxValues, StringComparer.Ordinal);
        var telemetry = new HopTelemetry
        {
            IsTracingOff = manager.Tracing?.OverallSampling is { Value: 0 },
            Sampling = manager.Tracing?.RandomSampling?.Value,
            IgnoresParent = settings.IgnoreParent,
            Tags = [.. (manager.Tracing?.CustomTags ?? []).Select((tag, i) => Decode(tag, measured, $"{where}.tracing.custom_tags[{i}]"))],
            AreMetricsOff = settings.MetricsDisabled,
            DurationBuckets = [.. settings.DurationBuckets],
            Origin = PolicyNameCodec.Decode(settings.Origin, $"{where}.telemetry.origin").Origin,
        };
        return IsAscending(telemetry.DurationBuckets) && measured.Count <= HopTelemetry.MostMetricTags
            ? telemetry
            : throw new ResourceRefusedException($"{where}.telemetry: bounds of durations that do not ascend from above 0, or more than {HopTelemetry.MostMetricTags} tags of metrics");
    }

    private static CustomTag Encode(TelemetryTag tag)
    {
        var message = new CustomTag { Tag = tag.Name };
        if (tag.Header is { } header)
        {
            message.RequestHeader = new() { Name = header.Name, DefaultValue = header.Default ?? "" };
        }
        else if (tag.Environment is { } variable)
        {
            message.Environment = new() { Name = variable.Name, DefaultValue = variable.Default ?? "" };
        }
        else
        {
            message.Literal = new() { Value = tag.Literal ?? "" };
        }

        return message;
    }

    private static TelemetryTag Decode(CustomTag message, Dictionary<string, int?> measured, string where)
    {
        var tag = new TelemetryTag { Name = message.Tag, Metrics = measured.TryGetValue(message.Tag, out var most), MaxValues = most };
        return message.TypeCase switch
        {
            CustomTag.TypeOneofCase.Literal => tag with { Literal = message.Literal.Value },
            CustomTag.TypeOneofCase.Environment => tag with { Environment = Source(message.Environment.Name, message.Environment.DefaultValue) },
            CustomTag.TypeOneofCase.RequestHeader => tag with { Header = Source(message.RequestHeader.Name, message.RequestHeader.DefaultValue) },
            _ => throw new ResourceRefusedException($"{where}: {message.TypeCase} is not supported"),
        };
    }

    private static TagSource Source(string name, string otherwise) => new(name, otherwise.Length == 0 ? null : otherwise);

    private static bool IsAscending(ImmutableArray<double> bounds)
    {
        var last = 0.0;
        foreach (var bound in bounds)
        {
            if (!(bound > last) || !double.IsFinite(bound))
            {
                return false;
            }

            last = bound;
        }

        return true;
    }
}
