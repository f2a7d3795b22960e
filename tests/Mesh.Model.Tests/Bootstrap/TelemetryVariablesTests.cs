using Mesh.Model.Bootstrap;

namespace Mesh.Model.Tests.Bootstrap;

public sealed class TelemetryVariablesTests
{
    [Fact]
    public void Read_NoEndpointOrDisabled_IsNoTelemetry()
    {
        Assert.Null(Read([], out var fault));
        Assert.Null(fault);
        Assert.Null(Read(new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:4317", ["OTEL_SDK_DISABLED"] = "TRUE" }, out fault));
        Assert.Null(fault);
    }

    [Fact]
    public void Read_AllVariables_TakesEach()
    {
        var telemetry = Read(
            new()
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "https://localhost:21030",
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
                ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-otlp-api-key=a%3Db, other = c ,none",
                ["OTEL_SERVICE_NAME"] = "orders-mesh",
                ["OTEL_RESOURCE_ATTRIBUTES"] = "service.instance.id=abc,place=B%C3%BChl",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "1000",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "2000",
                ["OTEL_BLRP_SCHEDULE_DELAY"] = "soon",
            },
            out var fault)!;

        Assert.Null(fault);
        Assert.Equal("https://localhost:21030", telemetry.Endpoint);
        Assert.Equal("grpc", telemetry.Protocol);
        Assert.Equal([new("other", "c"), new("x-otlp-api-key", "a=b")], telemetry.Headers);
        Assert.Equal("orders-mesh", telemetry.ServiceName);
        Assert.Equal([new("place", "Bühl"), new("service.instance.id", "abc")], telemetry.ResourceAttributes);
        Assert.Equal(1000, telemetry.TraceDelayMilliseconds);
        Assert.Equal(2000, telemetry.MetricIntervalMilliseconds);
        Assert.Null(telemetry.LogDelayMilliseconds);
    }

    [Theory]
    [InlineData("http://collector:4318", "http/protobuf")]
    [InlineData("http://collector:4317", "grpc")]
    public void Read_NoProtocol_GoesByThePort(string endpoint, string protocol) =>
        Assert.Equal(protocol, Read(new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint }, out _)!.Protocol);

    [Theory]
    [InlineData("collector:4317", "grpc", "OTEL_EXPORTER_OTLP_ENDPOINT=collector:4317 (must be an http or https URL such as http://127.0.0.1:4317)")]
    [InlineData("http://collector:4317", "http/json", "OTEL_EXPORTER_OTLP_PROTOCOL=http/json (must be grpc or http/protobuf)")]
    public void Read_WhatCannotBeUsed_IsSaid(string endpoint, string protocol, string expected)
    {
        Assert.Null(Read(new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol }, out var fault));
        Assert.Equal(expected, fault);
    }

    private static TelemetryBootstrap? Read(Dictionary<string, string> variables, out string? fault) => TelemetryVariables.Read(variables.GetValueOrDefault, out fault);
}
