using Mesh.Model.Recording;
using Mesh.Recording.V1;
using Mesh.Xds.Codecs;

namespace Mesh.Xds.Tests.Codecs;

/// <summary>What sidecars report, and what somebody might report in their place.</summary>
public sealed class RecordingCodecTests
{
    private const string Caller = "spiffe://shop.local/ns/default/sa/web";

    [Fact]
    public void Decode_WhatWasEncoded_IsTheSame()
    {
        var edge = new EdgeRecording(Caller, "http") { Connections = 1, Refused = 2, Ambiguous = 3, Unlisted = 4 };
        var count = edge.Find(OperationKey.Of("GET", "/orders/7", false))!;
        (count.Succeeded, count.ClientErrors, count.ServerErrors, count.Open) = (5, 6, 7, 8);
        count.AddDuration(3, 9);
        count.AddDuration(5);
        count.AddDuration(LatencyBuckets.Count - 1);
        edge.Find(OperationKey.Of("POST", "/shop.Orders/Get", true))!.Succeeded = 1;

        var message = RecordingCodec.Encode(edge);
        var told = RecordingCodec.Decode(SeenEdge.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(message)))!;

        Assert.Equal(message, RecordingCodec.Encode(told));
        Assert.Equal(count.Durations.ToArray(), told.Operations[new("GET", "/orders/{}", false)].Durations.ToArray());
    }

    [Theory]
    [InlineData("GET", "/orders/4111111111111111")]
    [InlineData("GET", "/a\n# b")]
    [InlineData("GET /", "/a")]
    public void Decode_WhatNoSidecarReports_IsLeftOut(string method, string path)
    {
        var told = RecordingCodec.Decode(new SeenEdge { Caller = Caller, Port = "http", Operations = { new SeenOperation { Method = method, Path = path, Succeeded = 1 } } })!;

        Assert.Empty(told.Operations);
    }

    [Fact]
    public void Decode_AmountsOfAges_AreBounded()
    {
        var told = RecordingCodec.Decode(new SeenEdge
        {
            Caller = Caller,
            Port = "http",
            Refused = ulong.MaxValue,
            Operations = { new SeenOperation { Method = "GET", Path = "/a", Succeeded = ulong.MaxValue, FirstBucket = uint.MaxValue, Durations = { ulong.MaxValue } } },
        })!;

        Assert.InRange(told.Refused, 1, long.MaxValue / 1000);
        Assert.InRange(told.Operations.Values.Single().Total, 1, long.MaxValue / 1000);
    }

    [Fact]
    public void Decode_CallerWithoutAnIdentity_IsNobody() => Assert.Null(RecordingCodec.Decode(new SeenEdge { Caller = "# root", Port = "http" }));
}
