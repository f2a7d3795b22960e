using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;

namespace Mesh.Xds.Tests.Codecs;

public sealed class SnapshotCodecTests
{
    [Fact]
    public void Decode_EncodedRichSnapshot_IsTheSame()
    {
        var decoded = SnapshotCodec.Decode(Samples.Storefront, SnapshotCodec.Encode(Samples.Everything));

        Assert.Equal(Structure.Of(Samples.Everything), Structure.Of(decoded));
    }

    [Fact]
    public void Decode_EncodedEmptySnapshot_IsTheSame()
    {
        var empty = new ProxySnapshot { Identity = Samples.Storefront };

        Assert.Equal(Structure.Of(empty), Structure.Of(SnapshotCodec.Decode(Samples.Storefront, SnapshotCodec.Encode(empty))));
    }

    [Fact]
    public void Encode_SameSnapshotTwice_SameVersions()
    {
        var first = SnapshotCodec.Encode(Samples.Everything);
        var second = SnapshotCodec.Encode(Samples.Everything with { });

        Assert.Equal(first.Select(resource => resource.ToString()), second.Select(resource => resource.ToString()));
    }

    [Fact]
    public void Encode_AllWeightsZero_AnswersWith500()
    {
        var rule = new RouteRule { Name = "none", Action = new ForwardAction { Backends = [new WeightedCluster("shop/orders/http", 0)] } };
        var snapshot = Samples.Calling("orders") with { RouteTables = [new RouteTable { Name = "outbound/shop/orders/http", Rules = [rule] }] };

        var decoded = SnapshotCodec.Decode(Samples.Storefront, SnapshotCodec.Encode(snapshot));

        Assert.Equal(500, Assert.IsType<DirectResponseAction>(decoded.RouteTables[0].Rules[0].Action).Status);
    }

    [Fact]
    public void Decode_EncodedEndpoints_AreTheSame()
    {
        var endpoints = new EndpointSet(
            "shop/orders/http",
            [new Endpoint("10.0.0.1", 1, "a", 3, "z2"), new Endpoint("::1", 65535, "b"), new Endpoint("10.0.0.3", 3, "c", 1, "z1")]);

        Assert.Equal(Structure.Of(endpoints), Structure.Of(ResourceDecoder.Decode(SnapshotCodec.Encode(endpoints))));
        Assert.Equal(
            Structure.Of(new EndpointSet("shop/orders/http", [])), Structure.Of(ResourceDecoder.Decode(SnapshotCodec.Encode(new EndpointSet("shop/orders/http", [])))));
    }

    [Fact]
    public void Decode_EndpointIsAHostName_IsRefused()
    {
        var endpoints = SnapshotCodec.Encode(new EndpointSet("shop/orders/http", [new Endpoint("localhost", 1, "a")]));

        Assert.Contains("'localhost' is not an IP literal", Assert.Throws<ResourceRefusedException>(() => ResourceDecoder.Decode(endpoints)).Message);
    }
}
