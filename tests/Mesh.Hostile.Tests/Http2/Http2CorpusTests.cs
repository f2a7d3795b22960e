using Mesh.Hostile.Tests.Http1;
using Mesh.Hostile.Tests.Servers;

namespace Mesh.Hostile.Tests.Http2;

/// <summary>Every request of the corpus through every door that speaks HTTP/2, and through the others.</summary>
public sealed class Http2CorpusTests(AllServers servers) : IClassFixture<AllServers>
{
    public static TheoryData<string> Messages() => [.. Http2Message.ReadAll().Select(m => m.Name)];

    public static TheoryData<string> Paths() => [.. PathCorpusTests.Paths().Select(r => r.Data).Where(l => !l.StartsWith('+'))];

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task Request_ThroughTheMesh_IsTakenNoLaxerThanByTheStrictest(string name)
    {
        var message = Http2Message.ReadAll().Single(m => m.Name == name);
        var others = await Task.WhenAll(servers.OthersHttp2.Select(async o => (Target: o, Seen: await Http2Exchange.RunAsync(message, o))));
        var log = TestContext.Current.TestOutputHelper!;
        foreach (var (target, other) in others)
        {
            log.WriteLine($"{target}: {other}");
        }

        foreach (var door in new[] { servers.Guarded.Listener, servers.Guarded.FrontDoor, servers.Guarded.MeshDoorHttp2, servers.Plain.Listener })
        {
            var seen = await Http2Exchange.RunAsync(message, door);

            log.WriteLine($"{door}: {seen}");
            Assert.All(seen.Requests, r => Assert.Null(r.Fault));
            // A stream that is reset is as refused as a connection that is closed: streams do not follow one another.
            Assert.All(others, o => Assert.True(message.IsValid || seen.Outcome != Outcome.Forwarded || o.Seen.Outcome <= Outcome.Waits, $"{door} is laxer than {o.Target}.\n{door}: {seen}\n{o.Target}: {o.Seen}"));
            Assert.True(seen.Requests.Count == (message.Expected == Expectation.Passes ? 1 : 0), $"{door}: {seen}");
            Assert.True(seen.Outcome != Outcome.Waits, $"{door} waits.");
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Path_OfAPeerThatSpeaksHttp2_DoesNotReachWhatItsPermissionNames(string path)
    {
        var seen = await Http2Exchange.RunAsync(Http2Message.Of(path, "GET", path), servers.Guarded.MeshDoorHttp2);

        Assert.Empty(seen.Requests);
    }
}
