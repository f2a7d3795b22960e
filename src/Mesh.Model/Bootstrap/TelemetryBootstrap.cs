using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Mesh.Model.Bootstrap;

/// <summary>An OTLP endpoint.</summary>
public sealed record TelemetryBootstrap
{
    /// <summary>OTLP over gRPC.</summary>
    public const string Grpc = "grpc";

    /// <summary>OTLP over HTTP.</summary>
    public const string HttpProtobuf = "http/protobuf";

    /// <summary>Base URL of the collector.</summary>
    public required string Endpoint { get; init; }

    /// <summary><see cref="Grpc"/> or <see cref="HttpProtobuf"/>. Default: gRPC, as in .NET's SDK.</summary>
    public string Protocol { get; set; } = Grpc;

    /// <summary>Whether it is spoken to over gRPC.</summary>
    [JsonIgnore]
    public bool IsGrpc => Protocol == Grpc;

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

    /// <summary>Whether there is a protocol of that name.</summary>
    public static bool IsProtocol(string name) => name is Grpc or HttpProtobuf;

    /// <summary>Where a signal is sent: over HTTP each has a path of its own, over gRPC a method says which it is (https://opentelemetry.io/docs/specs/otlp).</summary>
    /// <param name="signal"><c>traces</c>, <c>metrics</c> or <c>logs</c>.</param>
    public Uri UrlOf(string signal) => IsGrpc ? new Uri(Endpoint) : new Uri($"{Endpoint.TrimEnd('/')}/v1/{signal}");
}
