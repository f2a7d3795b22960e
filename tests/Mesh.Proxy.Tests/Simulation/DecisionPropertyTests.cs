using System.Collections.Immutable;
using Mesh.Model.Topology;
using Mesh.Testing;
using Mesh.Testing.Simulation;

namespace Mesh.Proxy.Tests.Simulation;

/// <summary>
/// For any mesh and any request, what the simulator says is what sidecars do: the same rule, bounds, backends, copies, permission and limit. The simulator reads the compiled mesh and is
/// written after docs/policies; sidecars run tables made of what went over the wire, and verify real signatures.
/// </summary>
public sealed class DecisionPropertyTests
{
    private const int Meshes = 50;
    private const int RequestsPerMesh = 50;

    // Chance that never sees one of these would prove nothing of it.
    private static readonly string[] Branches =
    [
        "no_edge", "ambiguous_path", "no_route", "bad_request", "307", "204", "backend_missing", "allowed", "shadow", "permission_denied", "token_invalid", "rate_limited", "copy allowed",
        "copy permission_denied", "allowed by caller", "allowed by header", "allowed by token", "shadow by header", "permission_denied by caller", "permission_denied by header",
        "permission_denied by token", "token_required", "token_required by no token",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Explain_AnyRequest_IsWhatSidecarsDecide(int seed)
    {
        var random = new Random(seed);
        using var tokens = new TokenRoom();
        var make = new RandomMesh(random, tokens.Keys, hasLimits: true);
        var coverage = new Coverage();
        for (var m = 0; m < Meshes; m++)
        {
            var documents = make.Documents();
            var mesh = RandomMesh.Read(documents).Compile();
            var (sidecars, explained) = (new ProxyDecisions(mesh, tokens), new ExplainedDecisions(mesh, tokens.Time, coverage));
            for (var r = 0; r < RequestsPerMesh; r++)
            {
                var (from, to) = make.Call();
                var (caller, callee, request) = (TestMesh.Id(from), new PortRef(TestMesh.Id(to), "http"), make.Request());
                tokens.Time.Advance(TimeSpan.FromMilliseconds(random.Next(10) * 137));

                var (decided, said) = (sidecars.Decide(caller, callee, request), explained.Decide(caller, callee, request));

                Assert.True(decided == said, decided == said ? "" : $"seed {seed}, mesh {m}, request {r}: {caller} to {callee}: {request}\nsidecars:  {decided}\nexplained: {said}\n{Smallest(documents, caller, callee, request, tokens)}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(coverage.ToString());
        Assert.True(coverage.Missing(1, Branches) is [], $"seed {seed} never sees {string.Join(", ", coverage.Missing(1, Branches))}: {coverage}");
    }

    [Fact]
    public void Smallest_CaseOfManyPolicies_KeepsWhatMatters()
    {
        using var tokens = new TokenRoom();
        var documents = new RandomMesh(new Random(5), tokens.Keys, hasLimits: true).Documents();

        var smallest = Shrink(documents, rest => rest.Any(d => d.Contains("name: c,", StringComparison.Ordinal)) && rest.Any(d => d.StartsWith("kind: Timeout", StringComparison.Ordinal)));

        Assert.Equal(2, smallest.Length);
    }

    // The case again with as few documents as show it; where it takes the requests before it too, all of them.
    private static string Smallest(ImmutableArray<string> documents, ServiceId caller, PortRef callee, RandomRequest request, TokenRoom tokens)
    {
        if (!Shows(documents, request))
        {
            return $"It takes requests before it, and these documents:\n{Text(documents)}";
        }

        var smallest = Shrink(documents, some => Shows(some, request));
        while (request.Headers.FirstOrDefault(h => Shows(smallest, request with { Headers = request.Headers.Remove(h) })) is { Name: not null } needless)
        {
            request = request with { Headers = request.Headers.Remove(needless) };
        }

        return $"The smallest case is {request} with\n{Text(smallest)}";

        bool Shows(ImmutableArray<string> some, RandomRequest one)
        {
            try
            {
                var mesh = RandomMesh.Read(some).Compile();
                return new ProxyDecisions(mesh, tokens).Decide(caller, callee, one) != new ExplainedDecisions(mesh, tokens.Time, new Coverage()).Decide(caller, callee, one);
            }
            catch (KeyNotFoundException)
            {
                return false; // without the caller there is no case
            }
        }

        string Text(ImmutableArray<string> some) => string.Join("---\n", some).Replace(tokens.Keys, "(the issuer's keys)", StringComparison.Ordinal);
    }

    private static ImmutableArray<string> Shrink(ImmutableArray<string> documents, Func<ImmutableArray<string>, bool> stillShows)
    {
        for (var i = documents.Length - 1; i >= 0; i--)
        {
            var fewer = documents.RemoveAt(i);
            documents = stillShows(fewer) ? fewer : documents;
        }

        return documents;
    }
}
