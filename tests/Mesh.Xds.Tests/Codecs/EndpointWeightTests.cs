using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;

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
}
