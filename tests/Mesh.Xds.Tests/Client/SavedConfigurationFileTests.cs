using Mesh.Model.Snapshots;
using Mesh.Xds.Client;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Xds.Tests.Client;

public sealed class SavedConfigurationFileTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("mesh-saved-");
    private readonly RecordingSink _sink = new();

    private string State => Path.Combine(_root.FullName, "state");

    private string FilePath => Path.Combine(State, SavedConfigurationFile.FileName);

    [Fact]
    public void Write_ByATool_IsLoadedAsAStaticConfiguration()
    {
        SavedConfigurationFile.Write(State, Samples.Everything, [Samples.Endpoints("orders", 7)], DateTimeOffset.UnixEpoch);

        Assert.True(Load());

        Assert.Equal(Structure.Of(Samples.Everything), Structure.Of(_sink.Snapshot));
        Assert.Equal(7, _sink.Endpoints["shop/orders/http"].Endpoints.Single().Port);
        Assert.Empty(_sink.Endpoints["shop/inventory/grpc"].Endpoints);
        Assert.Equal("permissions", _sink.Calls[0]);
    }

    [Fact]
    public void Write_Always_IsForTheOwnerOnly()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes");
            return;
        }

        SavedConfigurationFile.Write(State, Samples.Everything, [], DateTimeOffset.UnixEpoch);
        SavedConfigurationFile.Write(State, Samples.Everything, [], DateTimeOffset.UnixEpoch);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(State).UnixFileMode);
        Assert.Equal([SavedConfigurationFile.FileName], Directory.EnumerateFiles(State).Select(Path.GetFileName));
    }

    [Fact]
    public void LoadSaved_HalfWrittenNextFile_TheLastGoodOneIsLoaded()
    {
        SavedConfigurationFile.Write(State, Samples.Calling("orders"), [], DateTimeOffset.UnixEpoch);
        File.WriteAllText(Path.Combine(State, $".{SavedConfigurationFile.FileName}.0123456789abcdef.draft"), "half");

        Assert.True(Load());
    }

    [Theory]
    [InlineData("\u0007 not a message")]
    [InlineData("")]
    public void LoadSaved_UnreadableFile_NothingIsLoadedAndNothingThrown(string content)
    {
        Directory.CreateDirectory(State);
        File.WriteAllText(FilePath, content);

        Assert.False(Load());
        Assert.Empty(_sink.Calls);
    }

    [Fact]
    public void LoadSaved_NoFile_SaysSo() => Assert.False(Load());

    [Fact]
    public void LoadSaved_FileOfAnotherIdentity_IsLeftAlone()
    {
        var other = Samples.Calling("orders") with { Identity = Model.Identity.SpiffeId.Parse("spiffe://shop.local/ns/shop/sa/other") };
        SavedConfigurationFile.Write(State, other, [], DateTimeOffset.UnixEpoch);

        Assert.False(Load());
        Assert.Empty(_sink.Calls);
    }

    [Fact]
    public void LoadSaved_PermissionsNewerThanTheListener_TheNewerOnesAreInForce()
    {
        var revoked = Samples.Calling("orders");
        revoked = revoked with { Inbound = [revoked.Inbound[0] with { Permissions = PermissionSet.Nobody }] };
        var saved = SavedConfigurationFile.From(
            Samples.Storefront.Text,
            Xds.Codecs.SnapshotCodec.Encode(Samples.Calling("orders")).Append(Xds.Codecs.SnapshotCodec.Encode(Samples.Endpoints("orders", 1))),
            Xds.Codecs.SnapshotCodec.Encode(revoked).Where(resource => resource.Name == ResourceNames.MeshDoor),
            DateTimeOffset.UnixEpoch);
        SavedConfigurationFile.Write(State, saved);

        Assert.True(Load());

        Assert.Empty(_sink.Permissions!.ForPeers("http").Allow);
        Assert.Empty(_sink.Snapshot!.Inbound[0].Permissions.Allow);
    }

    public void Dispose() => _root.Delete(recursive: true);

    private bool Load() => new AdsClient(
        new AdsClientOptions { Node = new NodeId(Samples.Storefront, "storefront-1"), StateDirectory = State },
        _ => throw new InvalidOperationException("no control plane"),
        _sink,
        new FakeTimeProvider(),
        new Random(1),
        NullLogger<AdsClient>.Instance).LoadSaved();
}
