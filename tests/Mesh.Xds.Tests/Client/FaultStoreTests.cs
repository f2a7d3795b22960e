using Envoy.Service.Discovery.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Snapshot.V1;
using Mesh.Xds.Client;
using Mesh.Xds.Codecs;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Xds.Tests.Client;

public sealed class FaultStoreTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingSink _sink = new();

    [Fact]
    public void Versions_OfWhatHasEndedByItself_AreNotTold()
    {
        var store = new FaultStore(_sink, _time);
        store.Take(Received(life: TimeSpan.FromSeconds(30)));
        store.Settle();

        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromSeconds(30), Assert.Single(_sink.Faults).EndsAt);
        Assert.Single(store.Live);
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Empty(store.Live);
    }

    [Theory]
    [InlineData(null, "ttl: missing")]
    [InlineData(3601, "longer than a fault may live")]
    public void Take_WhatDoesNotEndInTime_IsRefused(int? seconds, string why) =>
        Assert.Contains(why, Refusal(Received(seconds is { } s ? TimeSpan.FromSeconds(s) : null)), StringComparison.Ordinal);

    [Fact]
    public void Take_StatusThatDoesNotExist_IsRefused() =>
        Assert.Contains("abort.httpStatus", Refusal(Received(TimeSpan.FromSeconds(1), lease => lease.Http.Abort.HttpStatus = 99_999)), StringComparison.Ordinal);

    private string Refusal(XdsResource resource) => Assert.Throws<ResourceRefusedException>(() => new FaultStore(_sink, _time).Take(resource)).Message;

    private static XdsResource Received(TimeSpan? life, Action<FaultLease>? change = null)
    {
        var rule = new FaultRule { Id = "f1", By = "ann", Upstream = Samples.Port("orders"), EndsAt = default, Effects = new() { Abort = new() { HttpStatus = 503 } } };
        var lease = FaultLease.Parser.ParseFrom(FaultCodec.Encode(rule).Body);
        change?.Invoke(lease);
        return XdsResource.From(new Resource { Name = rule.Name, Version = "1", Resource_ = Any.Pack(lease, "type.googleapis.com"), Ttl = life is { } ttl ? Duration.FromTimeSpan(ttl) : null });
    }
}
