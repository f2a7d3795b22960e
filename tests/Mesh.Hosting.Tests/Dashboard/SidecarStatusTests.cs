using System.Text.Json.Nodes;
using Mesh.Hosting.Dashboard;

namespace Mesh.Hosting.Tests.Dashboard;

public sealed class SidecarStatusTests
{
    [Fact]
    public void Read_WhatTheApiSays_IsAllThere()
    {
        var status = Read("""{"state":"ready","current":true,"acknowledged":{"CDS":"abc","EDS":null},"errors":{},"certificateExpires":"2026-11-22T20:00:00+00:00","readyPorts":["http"],"proxyVersion":"1.2"}""");

        Assert.True(status.IsLive);
        Assert.Null(status.Fault);
        Assert.Equal("abc", Assert.Single(status.Versions).Value);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 20, 0, 0, TimeSpan.Zero), status.CertificateExpires);
        Assert.Equal(["http"], status.ReadyPorts);
        Assert.Equal("1.2", status.ProxyVersion);
    }

    [Theory]
    [InlineData("""{"state":"ready","current":false}""", "accepted")]
    [InlineData("""{"state":"pending","current":false}""", "accepted")]
    [InlineData("""{"state":"refused","current":false,"errors":{"LDS":"no such cluster"}}""", "LDS: no such cluster")]
    [InlineData("""{"state":"stale"}""", "not connected")]
    [InlineData("""{"state":"unregistered","current":true}""", "not registered")]
    [InlineData("""{"state":"draining","current":true}""", "draining")]
    public void Fault_NotLive_SaysWhatIsMissing(string json, string expected)
    {
        var status = Read(json);

        Assert.False(status.IsLive);
        Assert.Contains(expected, status.Fault, StringComparison.Ordinal);
    }

    private static SidecarStatus Read(string json) => SidecarStatus.Read(JsonNode.Parse(json)!);
}
