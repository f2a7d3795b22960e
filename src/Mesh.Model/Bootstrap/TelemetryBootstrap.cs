using System.Collections.Immutable;

namespace Mesh.Model.Bootstrap;

/// <summary>An OTLP endpoint.</summary>
public sealed record TelemetryBootstrap
{
    /// <summary>Base URL of the collector.</summary>
    public required string Endpoint { get; init; }

    /// <summary><c>grpc</c> or <c>http/protobuf</c>. Default: grpc, as in the OpenTelemetry specification's SDK variables.</summary>
    public string Protocol { get; set; } = "grpc";

    /// <summary>Headers of every export, such as an API key.</summary>
    public ImmutableSortedDictionary<string, string> Headers { get; set; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary><c>service.name</c>. <see langword="null"/>: the service's name with <c>-mesh</c> after it.</summary>
    public string? ServiceName { get; set; }

    /// <summary>More attributes of the resource; <c>service.instance.id</c> and <c>service.namespace</c> here take the place of the replica's name and namespace.</summary>
    public ImmutableSortedDictionary<string, string> ResourceAttributes { get; set; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Milliseconds that spans are gathered before they are sent. <see langword="null"/>: the SDK's, 5000.</summary>
    public int? TraceDelayMilliseconds { get; set; }

    /// <summary>Milliseconds between two exports of metrics. <see langword="null"/>: the SDK's, 60000.</summary>
    public int? MetricIntervalMilliseconds { get; set; }

    /// <summary>Milliseconds that log records are gathered before they are sent. <see langword="null"/>: the SDK's, 5000.</summary>
    public int? LogDelayMilliseconds { get; set; }
}
