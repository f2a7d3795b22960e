using Envoy.Config.Listener.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Envoy.Service.Discovery.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;
using HttpRbac = Envoy.Extensions.Filters.Http.Rbac.V3.RBAC;

namespace Mesh.Xds.Tests.Skew;

/// <summary>What a newer control plane says beyond this version is refused as a whole, so that everybody sees it; it is never left out.</summary>
public sealed class NewerSenderTests
{
    private const string Refusal = "says something that this version does not understand";

    private static readonly byte[] Unknown = [0xf8, 0xe1, 0x09, 0x01]; // field 19999, a number

    [Fact]
    public void Decode_FieldWithoutAName_IsRefusedInEveryResource()
    {
        var all = SnapshotCodec.Encode(Samples.Everything)
            .Concat(SnapshotCodec.Encode(Samples.Faulted).Where(r => r.TypeUrl == TypeUrls.Fault))
            .Concat(SnapshotCodec.Encode(Samples.Everything with { Recording = new("r1", DateTimeOffset.MaxValue) }).Where(r => r.TypeUrl == TypeUrls.Recording))
            .Append(SnapshotCodec.Encode(Samples.Endpoints("orders", 1, 2)))
            .ToArray();

        Assert.Equal(TypeUrls.InOrder.Order(StringComparer.Ordinal), all.Select(r => r.TypeUrl).Distinct().Order(StringComparer.Ordinal));
        Assert.All(all, resource =>
        {
            ResourceDecoder.Decode(resource);
            AssertRefused("field 19999", XdsResource.From(new Resource { Name = resource.Name, Version = "2", Resource_ = new Any { TypeUrl = resource.TypeUrl, Value = ByteString.CopyFrom([.. resource.Body, .. Unknown]) } }));
        });
    }

    [Fact]
    public void Decode_FieldThatIsKnownAndNotRead_IsRefused()
    {
        var door = Door();
        Change(door, manager => manager.NormalizePath = true);
        AssertRefused("field 3.3.4.2.30", XdsResource.From(TypeUrls.Listener, door.Name, door));
    }

    [Fact]
    public void Decode_FilterOfAnotherType_IsRefused_AndPermissionsBesideItAreTaken()
    {
        var door = Door();
        Change(door, manager => manager.HttpFilters.Insert(0, new HttpFilter { Name = "tomorrow", TypedConfig = new Any { TypeUrl = "type.googleapis.com/mesh.tomorrow.v1.Filter" } }));
        var resource = XdsResource.From(TypeUrls.Listener, door.Name, door);

        AssertRefused("field 3.3", resource);
        Assert.Equal(ResourceDecoder.DecodePermissions(XdsResource.From(TypeUrls.Listener, door.Name, Door()))!.Keys, ResourceDecoder.DecodePermissions(resource)!.Keys);
    }

    [Fact]
    public void DecodePermissions_ConditionWithoutAName_IsRefused()
    {
        var door = Door();
        Change(door, manager =>
        {
            var filter = manager.HttpFilters.Last(f => f.TypedConfig.Is(HttpRbac.Descriptor));
            var rbac = filter.TypedConfig.Unpack<HttpRbac>();
            rbac.ShadowRules = null;
            rbac.Rules.Policies.Values.First().MergeFrom(Unknown);
            filter.TypedConfig = Any.Pack(rbac);
        });
        var resource = XdsResource.From(TypeUrls.Listener, door.Name, door);

        Assert.Contains("permissions, field ", Assert.Throws<ResourceRefusedException>(() => ResourceDecoder.DecodePermissions(resource)).Message, StringComparison.Ordinal);
        AssertRefused(".19999", resource);
    }

    private static Listener Door() => Listener.Parser.ParseFrom(SnapshotCodec.Encode(Samples.Everything).Single(r => r.Name == ResourceNames.MeshDoor).Body);

    private static void Change(Listener door, Action<HttpConnectionManager> change)
    {
        var filter = door.FilterChains[0].Filters[^1];
        var manager = filter.TypedConfig.Unpack<HttpConnectionManager>();
        change(manager);
        filter.TypedConfig = Any.Pack(manager);
    }

    private static void AssertRefused(string where, XdsResource resource)
    {
        var message = Assert.Throws<ResourceRefusedException>(() => ResourceDecoder.Decode(resource)).Message;

        Assert.Contains(Refusal, message, StringComparison.Ordinal);
        Assert.Contains(where, message, StringComparison.Ordinal);
    }
}
