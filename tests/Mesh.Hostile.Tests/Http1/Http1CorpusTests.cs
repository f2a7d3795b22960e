using Mesh.Hostile.Tests.Servers;
using Mesh.Testing;

namespace Mesh.Hostile.Tests.Http1;

/// <summary>Every message of the corpus through every door of the mesh, and through Kestrel, nginx and haproxy alone.</summary>
public sealed class Http1CorpusTests(AllServers servers) : IClassFixture<AllServers>
{
    private static readonly string[] Files = ["framing.txt", "head.txt", "target.txt", "method.txt"];

    public static TheoryData<string, string> Messages() =>
        [.. Files.SelectMany(f => Corpus.Read(f).Select(m => new TheoryDataRow<string, string>(f, m.Name)))];

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task Message_ThroughTheMesh_IsTakenNoLaxerThanByTheStrictest(string file, string name)
    {
        var message = Corpus.Read(file).Single(m => m.Name == name);
        var others = await Task.WhenAll(servers.OthersHttp1.Select(async o => (Target: o, Seen: await Exchange.RunAsync(message, o))));
        var strictest = others.MaxBy(o => o.Seen.Outcome);

        var log = TestContext.Current.TestOutputHelper!;
        foreach (var (target, seen) in others)
        {
            log.WriteLine($"{target}: {seen}");
        }

        foreach (var door in new[] { servers.Guarded.Listener, servers.Guarded.FrontDoor, servers.Guarded.MeshDoor, servers.Plain.Listener, servers.Plain.FrontDoor })
        {
            var seen = await Exchange.RunAsync(message, door);
            log.WriteLine($"{door}: {seen}");
            Judge(message, door, seen, strictest.Target, strictest.Seen);
            foreach (var other in others.Where(o => o.Seen.Outcome == Outcome.Forwarded && seen.Outcome == Outcome.Forwarded))
            {
                Assert.Equal(other.Seen.Requests.Select(What), seen.Requests.Select(What));
            }
        }
    }

    [Theory]
    [InlineData("nginx", "nginx-light")]
    [InlineData("haproxy", "haproxy")]
    public void Mesh_IsComparedWithServersOfOthers(string program, string package)
    {
        if (MachineProgram.Find(program) is null)
        {
            Assert.Skip($"{program} is not installed, so the mesh is compared with the others alone; `apt-get install {package}` brings it");
        }

        Assert.Contains(servers.OthersHttp1, o => o.Name == program);
        Assert.Contains(servers.OthersHttp2, o => o.Name == program);
    }

    // Of the absolute form servers pass the path on or all of it.
    private static string What(SeenRequest request) => $"{request.Method} {request.Target[(request.Target.StartsWith("http://a/", StringComparison.Ordinal) ? 8 : 0)..]} {request.Body}";

    private static void Judge(CorpusMessage message, Target door, Observation seen, Target other, Observation strictest)
    {
        Assert.All(seen.Requests, r => Assert.Null(r.Fault));
        Assert.All(seen.Requests, r => Assert.DoesNotContain(r.Headers, header => header.Value.Contains("forged", StringComparison.Ordinal)));
        Assert.True(message.IsValid || seen.Outcome >= strictest.Outcome || strictest.Outcome == Outcome.Waits, $"{door} is laxer than {other}.\n{door}: {seen}\n{other}: {strictest}");
        var expected = message.Expected switch { Expectation.Passes => 1, Expectation.PassesTwice => 2, _ => 0 };
        Assert.True(seen.Requests.Count == expected, $"{door}: {expected} requests were to reach the app.\n{seen}\n{seen.Answer}");
        Assert.True(seen.Outcome != Outcome.Waits, $"{door} waits.");
    }
}
