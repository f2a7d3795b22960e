using System.Text;
using Mesh.Hostile.Tests.Servers;

namespace Mesh.Hostile.Tests.Http1;

/// <summary>A permission that names a path, and everything that apps of one kind or another read as that path.</summary>
public sealed class PathCorpusTests(AllServers servers) : IClassFixture<AllServers>
{
    public static TheoryData<string> Paths() =>
        [.. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Corpus", "paths.txt")).Skip(2).Where(l => l.Length > 0)];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Path_ThroughADoorWhosePermissionNamesAnother_DoesNotReachIt(string line)
    {
        var passes = line[0] == '+';
        var path = passes ? line[1..] : line;
        var message = new CorpusMessage(path, Encoding.Latin1.GetBytes($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n"), passes ? Expectation.Passes : Expectation.Refused, EndsThere: false, IsValid: passes);
        var others = await Task.WhenAll(servers.OthersHttp1.Skip(1).Select(async o => (Target: o, Seen: await Exchange.RunAsync(message, o))));

        foreach (var door in new[] { servers.Guarded.Listener, servers.Guarded.MeshDoor })
        {
            var seen = await Exchange.RunAsync(message, door);

            Assert.All(seen.Requests, r => Assert.DoesNotContain(AppReadings.Of(r.Target), p => p.StartsWith("/admin/", StringComparison.OrdinalIgnoreCase)));
            Assert.True(seen.Requests.Count == (passes ? 1 : 0), $"{door}: {seen}");
            Assert.All(others, o => Assert.True(passes || seen.Outcome >= o.Seen.Outcome, $"{door} is laxer than {o.Target}: {seen}\n{o.Seen}"));
        }
    }

    // Routes decide where a request goes by the same reading, so that none slips past the rule that names its path. They tell cases apart, as Gateway API has it.
    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Path_ThroughAListenerWhoseRouteNamesAnother_IsNotRoutedElsewhere(string line)
    {
        var passes = line[0] == '+';
        var path = passes ? line[1..] : line;
        if (path.Contains(';', StringComparison.Ordinal) || path.Contains("%3b", StringComparison.Ordinal) || path.Contains("DMIN", StringComparison.Ordinal) || path is "/Admin/x" or "/aDmIn")
        {
            passes = !path.Contains("..;", StringComparison.Ordinal) && !path.Contains(".;", StringComparison.Ordinal);
        }

        var message = new CorpusMessage(path, Encoding.Latin1.GetBytes($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n"), Expectation.Refused, EndsThere: false, IsValid: true);

        var seen = await Exchange.RunAsync(message, servers.Routed.Listener);

        Assert.True(seen.Requests.Count == (passes ? 1 : 0), $"{seen}");
    }
}
