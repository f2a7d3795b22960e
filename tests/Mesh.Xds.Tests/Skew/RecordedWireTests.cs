using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Testing;
using Mesh.Xds.Codecs;
using Mesh.Xds.Wire;
using Resource = Envoy.Service.Discovery.V3.Resource;

namespace Mesh.Xds.Tests.Skew;

/// <summary>
/// Control plane and sidecars of neighbouring minor versions, by what was recorded of each: a folder has the documents of a version and what it sent for them. The folder of this version is kept up to
/// date; those of versions that were released do not change.
/// </summary>
public sealed class RecordedWireTests
{
    private static readonly Version This = typeof(XdsResource).Assembly.GetName().Version!;

    public static TheoryData<string> Versions => [.. Directory.EnumerateDirectories(Recorded()).Select(d => Path.GetFileName(d)!)];

    [Fact]
    public void Record_OfThisVersion_IsWhatItSends()
    {
        var file = Recorded($"{This.Major}.{This.Minor}", "wire.txt");
        var text = string.Concat(Sent($"{This.Major}.{This.Minor}").Select(r => $"{r.Service} {TypeUrls.ShortName(r.Resource.TypeUrl)} {r.Resource.Name} {r.Resource.Body.ToBase64()}\n"));
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(file, text);
        }

        Assert.True(File.Exists(file) && File.ReadAllText(file).ReplaceLineEndings("\n") == text, $"{file} is not what is sent now; if the change is meant and this version is not released yet, run the test with UPDATE_GOLDEN=1.");
    }

    /// <summary>Control planes go first: a sidecar of the version before must get nothing that it would refuse, unless a document says something new.</summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public void ControlPlane_SaysNothingNewOfOldDocuments(string version)
    {
        var recorded = Lines(version).ToDictionary(r => (r.Service, r.Resource.TypeUrl, r.Resource.Name), r => r.Resource.Body);

        foreach (var (service, resource) in Sent(version))
        {
            var known = Assert.Contains((service, resource.TypeUrl, resource.Name), (IDictionary<(string, string, string), ByteString>)recorded);
            Assert.True(WireCover.Uncovered(resource.Body.Span, known.Span) is not { } field, $"{resource}: sidecars of version {version} do not know field {WireCover.Uncovered(resource.Body.Span, known.Span)}");
        }
    }

    /// <summary>A sidecar that is newer than its control plane, as while the latter is rolled back.</summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public void Sidecar_UnderstandsWhatOlderControlPlanesSay(string version) =>
        Assert.All(Lines(version), line => Assert.NotNull(ResourceDecoder.Decode(line.Resource)));

    private static (string Service, XdsResource Resource)[] Sent(string version)
    {
        var snapshots = TestMesh.Empty.Yaml(File.ReadAllText(Recorded(version, "documents.yaml"))).Compile().Snapshots;
        Endpoint[] replicas = [new("10.0.0.1", 15006, "orders-1", 1, "north"), new("10.0.0.2", 15006, "orders-2", 1, "south", 1)];
        return
        [
            .. snapshots.SelectMany(s => SnapshotCodec.Encode(s.Value).Select(r => (s.Key.ToString(), r))),
            ("shop/storefront", SnapshotCodec.Encode(new EndpointSet("shop/orders/http", [.. replicas]) { Unready = [new("10.0.0.3", 15006, "orders-3")] })),
        ];
    }

    private static IEnumerable<(string Service, XdsResource Resource)> Lines(string version) => File.ReadLines(Recorded(version, "wire.txt")).Select(line => line.Split(' ')).Select(words => (words[0], XdsResource.From(new Resource
    {
        Name = words[2],
        Version = "recorded",
        Resource_ = new Any { TypeUrl = TypeUrls.InOrder.Single(url => TypeUrls.ShortName(url) == words[1]), Value = ByteString.FromBase64(words[3]) },
    })));

    private static string Recorded(params string[] path) => RecordedBeside(path);

    private static string RecordedBeside(string[] path, [CallerFilePath] string source = "") => Path.Combine([Path.GetDirectoryName(source)!, "Recorded", .. path]);
}
