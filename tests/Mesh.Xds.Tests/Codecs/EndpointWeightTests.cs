using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using Mesh.Xds.Validation;

namespace Mesh.Xds.Tests.Codecs;

/// <summary>Weights reach clients that look at a locality's weight alone, and those that look at an endpoint's.</summary>
public sealed class EndpointWeightTests
{
    [Fact]
    public void Encode_ReplicasOfDifferentWeight_HaveLocalitiesOfTheirOwn()
    {
        var set = new EndpointSet("shop/orders/http",
        [
            new("127.0.0.1", 1, "a", 1, "north"), new("127.0.0.1", 2, "b", 3, "north"), new("127.0.0.1", 3, "c", 3, "north"), new("127.0.0.1", 4, "d", 2, "south"),
        ]);

        var localities = EndpointCodec.EncodeMessage(set).Endpoints;

        Assert.Equal(
            [("north", "weight-1", 1u, "1"), ("north", "weight-3", 6u, "2,3"), ("south", "", 2u, "4")],
            localities.Select(l => (l.Locality.Zone, l.Locality.SubZone, l.LoadBalancingWeight ?? 0, string.Join(',', l.LbEndpoints.Select(e => e.Endpoint.Address.SocketAddress.PortValue)))));
        Assert.All(localities, locality => Assert.Equal(0u, locality.Priority));
        Assert.Equal(set.Endpoints, EndpointCodec.Decode(EndpointCodec.EncodeMessage(set)).Endpoints);
    }

    [Fact]
    public void Encode_PrioritiesAndUnready_AreTheStandardOnesAndComeBack()
    {
        var set = new EndpointSet("shop/orders/http", [new("127.0.0.1", 1, "a", 2, "north"), new("127.0.0.1", 2, "b", 2, "south", Priority: 1), new("127.0.0.1", 3, "c", 2, "south", Priority: 1)])
        {
            Unready = [new("127.0.0.1", 4, "d", 2, "north"), new("127.0.0.1", 5, "e", 3, "west", Priority: 2)],
            Overprovisioning = 143,
        };

        var message = EndpointCodec.EncodeMessage(set);

        Assert.Equal(
            [("north", 0u, 2u, "Healthy Unhealthy"), ("south", 1u, 4u, "Healthy Healthy"), ("west", 2u, 3u, "Unhealthy")],
            message.Endpoints.Select(l => (l.Locality.Zone, l.Priority, l.LoadBalancingWeight ?? 0, string.Join(' ', l.LbEndpoints.Select(e => e.HealthStatus)))));
        Assert.Equal(143u, message.Policy.OverprovisioningFactor);
        Assert.Equal(Structure.Of(set), Structure.Of(EndpointCodec.Decode(message)));
        Assert.Empty(XdsValidator.Validate([EndpointCodec.Encode(set)]));
    }

    [Fact]
    public void Encode_FlatLocalities_LeaveTheWeightToTheEndpoint()
    {
        var message = EndpointCodec.EncodeMessage(new("shop/orders/http", [new("127.0.0.1", 1, "a", 5, "north"), new("127.0.0.1", 2, "b", 5, "north"), new("127.0.0.1", 3, "c", 5, "south")]), hasFlatLocalities: true);

        Assert.Equal([1u, 1u], message.Endpoints.Select(locality => locality.LoadBalancingWeight ?? 0));
        Assert.All(message.Endpoints.SelectMany(locality => locality.LbEndpoints), endpoint => Assert.Equal(5u, endpoint.LoadBalancingWeight));
    }

    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(1u, 129u)]
    [InlineData(uint.MaxValue, 0u)]
    public void Decode_WeightOrPriorityOutOfBounds_IsRefused(uint weight, uint priority)
    {
        var message = EndpointCodec.EncodeMessage(new("shop/orders/http", [new("127.0.0.1", 1, "a")]));
        message.Endpoints[0].Priority = priority;
        message.Endpoints[0].LbEndpoints[0].LoadBalancingWeight = weight;

        Assert.Throws<ResourceRefusedException>(() => EndpointCodec.Decode(message));
    }
}
