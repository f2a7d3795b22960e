using Mesh.Model.Compilation;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Tests.Compilation;

/// <summary>Which zones' replicas are used when.</summary>
public sealed class EndpointPlacementTests
{
    private static readonly LocalityPreference Default = new();

    private static readonly LocalityPreference Steps = new()
    {
        Failover =
        [
            new() { From = ["north"], To = ZoneFailoverKind.Only, Zones = ["east"] },
            new() { From = ["moon"], To = ZoneFailoverKind.None },
            new() { To = ZoneFailoverKind.AnyExcept, Zones = ["moon"] },
        ],
    };

    [Theory]
    // zones of the replicas, in their order; * is not ready
    [InlineData("north", "north east", "north:0 east:1")]
    [InlineData("east", "north east west", "north:1 east:0 west:1")]
    [InlineData("south", "north east", "north:0 east:0")] // nobody is near: the others begin at 0
    [InlineData("north", "north north*", "north:0 north*:0")]
    [InlineData("north", "north* east", "north*:0 east:1")]
    public void For_NoSteps_OwnZoneThenAllOthers(string caller, string zones, string placed) => Assert.Equal(placed, Text(EndpointPlacement.For(Set(zones), caller, Default)));

    [Theory]
    [InlineData("north", "north east west moon", "north:0 east:1 west:2")]
    [InlineData("north", "north west", "north:0 west:1")] // without gaps
    [InlineData("west", "north east west moon", "north:1 east:1 west:0")]
    [InlineData("moon", "north moon", "moon:0")]
    [InlineData("moon", "north east", "")]
    public void For_Steps_AreTakenInTheirOrder(string caller, string zones, string placed) => Assert.Equal(placed, Text(EndpointPlacement.For(Set(zones), caller, Steps)));

    [Theory]
    [InlineData(50, 200)]
    [InlineData(70, 143)]
    [InlineData(100, 100)]
    [InlineData(1, 10000)]
    public void For_Threshold_IsSaidAsOverprovisioning(int threshold, int overprovisioning) =>
        Assert.Equal(overprovisioning, EndpointPlacement.For(Set("north"), "north", new() { FailoverThreshold = threshold }).Overprovisioning);

    [Fact]
    public void For_ThresholdZero_CountsNobody()
    {
        var placed = EndpointPlacement.For(Set("north* east"), "north", new() { FailoverThreshold = 0 });

        Assert.Equal("east:0", Text(placed));
        Assert.Equal(EndpointSet.DefaultOverprovisioning, placed.Overprovisioning);
    }

    [Fact]
    public void Preference_OfTheSame_IsTheSame()
    {
        LocalityPreference Make() => new() { Failover = [new() { From = ["a"], To = ZoneFailoverKind.Only, Zones = ["b"] }], FailoverThreshold = 70 };

        Assert.Equal(Make(), Make());
        Assert.Equal(Make().GetHashCode(), Make().GetHashCode());
        Assert.NotEqual(Make(), Make() with { Failover = [new() { From = ["a"], To = ZoneFailoverKind.AnyExcept, Zones = ["b"] }] });
    }

    private static EndpointSet Set(string zones)
    {
        var endpoints = zones.Split(' ').Select((zone, i) => new Endpoint("127.0.0.1", i + 1, $"r{i}", Zone: zone)).ToLookup(e => !e.Zone.EndsWith('*'));
        return new("shop/orders/http", [.. endpoints[true]]) { Unready = [.. endpoints[false].Select(e => e with { Zone = e.Zone.TrimEnd('*') })] };
    }

    private static string Text(EndpointSet set) => string.Join(' ', set.Endpoints.Select(e => (Endpoint: e, Mark: "")).Concat(set.Unready.Select(e => (Endpoint: e, Mark: "*")))
        .OrderBy(x => x.Endpoint.Port).Select(x => $"{x.Endpoint.Zone}{x.Mark}:{x.Endpoint.Priority}"));
}
