using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.Codecs;

public sealed class EncodedSnapshotTests
{
    private static readonly Dictionary<string, Func<ProxySnapshot, ProxySnapshot>> Changes = new()
    {
        ["CDS, a setting"] = s => s with { Clusters = s.Clusters.SetItem(0, s.Clusters[0] with { Connect = TimeSpan.FromSeconds(77) }) },
        ["CDS, an origin"] = s => s with { Clusters = s.Clusters.SetItem(0, s.Clusters[0] with { Origins = [new Origin("Timeout", "shop/other")] }) },
        ["LDS, an origin of an edge"] = s => s with { Outbound = s.Outbound.SetItem(0, s.Outbound[0] with { Origins = [new Origin("Edge", "elsewhere")] }) },
        ["LDS, a permission of the mesh door"] = s => s with { Inbound = s.Inbound.SetItem(0, s.Inbound[0] with { Permissions = Samples.AllowFrom("somebody") }) },
        ["LDS, a permission of a front door"] = s => s with { FrontDoors = s.FrontDoors.SetItem(0, s.FrontDoors[0] with { Permissions = Samples.AllowFrom("somebody") }) },
        ["RDS, a backend"] = s => Ruled(s, rule => rule with { Action = new ForwardAction { Backends = [new WeightedCluster("shop/else/http", 3)] } }),
        ["RDS, a rewrite beside the same backends"] = s => Ruled(s, rule => rule with { Action = (ForwardAction)rule.Action with { RewriteHost = "elsewhere.example" } }),
        ["RDS, a redirect"] = s => Ruled(s, rule => rule with { Action = new RedirectAction { Host = "elsewhere.example" } }),
        ["RDS, a timeout"] = s => Ruled(s, rule => rule with { Timeouts = new() { Request = TimeSpan.FromSeconds(77) } }),
        ["RDS, a rule more"] = s => s with { RouteTables = s.RouteTables.SetItem(0, s.RouteTables[0] with { Rules = [.. s.RouteTables[0].Rules, s.RouteTables[0].Rules[0] with { Name = "more" }] }) },
    };

    public static TheoryData<string> ChangeNames => [.. Changes.Keys];

    [Theory]
    [MemberData(nameof(ChangeNames))]
    public void Of_OneThingChanged_EncodesThatAlone(string name)
    {
        var before = EncodedSnapshot.Of(Small());
        var changed = Changes[name](Small());

        var after = EncodedSnapshot.Of(changed, before);

        Assert.Equal(Versions(EncodedSnapshot.Of(changed)), Versions(after));
        var anew = Assert.Single(after.Resources, resource => !before.Resources.Contains(resource));
        Assert.Equal(name[..3], TypeUrls.ShortName(anew.TypeUrl));
    }

    [Fact]
    public void Of_TheSameMadeAnew_TakesEveryResourceOver()
    {
        var before = EncodedSnapshot.Of(Small());

        Assert.Equal(before.Resources, EncodedSnapshot.Of(Small(), before).Resources);
    }

    [Fact]
    public void Of_AnotherSetOfUpstreams_IsWhatItWouldBeAlone()
    {
        var before = EncodedSnapshot.Of(Small("cart", "orders", "payments"));
        var changed = Small("accounts", "orders");

        Assert.Equal(Versions(EncodedSnapshot.Of(changed)), Versions(EncodedSnapshot.Of(changed, before)));
    }

    [Fact]
    public void Of_NoInboundPortLeft_HasNoMeshDoor()
    {
        var before = EncodedSnapshot.Of(Small());

        Assert.DoesNotContain(EncodedSnapshot.Of(Small() with { Inbound = [] }, before).Resources, resource => resource.Name == ResourceNames.MeshDoor);
    }

    private static ProxySnapshot Small(params string[] services)
    {
        var snapshot = Samples.Calling(services.Length == 0 ? ["cart", "orders"] : services);
        var port = snapshot.Inbound[0];
        return snapshot with { FrontDoors = [new FrontDoor { Port = port.Port, Protocol = port.Protocol, Permissions = Samples.AllowFrom("edge") }] };
    }

    private static ProxySnapshot Ruled(ProxySnapshot snapshot, Func<RouteRule, RouteRule> change)
    {
        var table = snapshot.RouteTables[0];
        return snapshot with { RouteTables = snapshot.RouteTables.SetItem(0, table with { Rules = table.Rules.SetItem(0, change(table.Rules[0])) }) };
    }

    private static IEnumerable<string> Versions(EncodedSnapshot snapshot) => snapshot.Resources.Select(resource => resource.ToString());
}
