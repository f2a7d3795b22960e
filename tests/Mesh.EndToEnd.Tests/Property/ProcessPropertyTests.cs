using System.Collections.Immutable;
using System.Globalization;
using Mesh.Model.Compilation;
using Mesh.Model.Simulation;
using Mesh.Model.Topology;
using Mesh.Testing.Identity;
using Mesh.Testing.Simulation;
using Names = Mesh.Testing.TestMesh;

namespace Mesh.EndToEnd.Tests.Property;

/// <summary>For some random meshes, what the simulator says of random requests is what happens to them over real processes. Many more meshes are tried in one process, in Mesh.Proxy.Tests.</summary>
[Collection("Failure")]
public sealed class ProcessPropertyTests
{
    private const int Seed = 6;
    private const int Meshes = 15;
    private const int RequestsPerMesh = 40;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private static readonly string[] Branches =
        ["edge_revoked", "ambiguous_path", "no_route", "307", "204", "backend_missing", "permission_denied", "token_invalid", "answered", "answered with a token", "copied"];

    [Fact]
    public async Task Explain_AnyRequest_IsWhatProcessesDo()
    {
        using var issuer = new TestIssuer();
        using var stranger = new TestIssuer();
        var make = new RandomMesh(new Random(Seed), issuer.Keys, hasLimits: false);
        var documents = make.Documents();
        var coverage = new Coverage();
        await using var processes = await ProcessMesh.StartAsync(documents);
        for (var m = 0; m < Meshes; m++)
        {
            if (m > 0)
            {
                documents = make.Documents();
                await processes.ApplyAsync(documents);
            }

            var mesh = RandomMesh.Read(documents).Compile();
            for (var r = 0; r < RequestsPerMesh; r++)
            {
                var ((caller, callee), request) = (make.Call(), make.Request());
                if (caller != callee)
                {
                    await AskAsync(mesh, caller, callee, request, string.Create(CultureInfo.InvariantCulture, $"{m}-{r}"));
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(coverage.ToString());
        Assert.True(coverage.Missing(1, Branches) is [], $"Seed {Seed} never sees {string.Join(", ", coverage.Missing(1, Branches))}: {coverage}");

        string Told() => $"{string.Join("---\n", documents).Replace(issuer.Keys, "(the issuer's keys)", StringComparison.Ordinal)}\n{processes.Output}";

        async Task AskAsync(CompiledMesh mesh, string caller, string callee, RandomRequest request, string number)
        {
            var explained = RequestSimulator.Explain(mesh, request.From(Names.Id(caller), new PortRef(Names.Id(callee), "http")));
            var expected = Expected(mesh, explained, request);
            var token = request.Token is { } which ? RandomRequest.Write(which, issuer, stranger, TimeProvider.System.GetUtcNow()) : null;

            // A mesh that is in force at the control plane's is so at sidecars' a moment later.
            var outcome = await Eventually.GetAsync(
                async () => Outcome(await processes.SendAsync(caller, callee, request, number, token)),
                expected.Contains,
                Soon,
                last => $"seed {Seed}, request {number}: {caller} to {callee}: {request}\nexplained: {string.Join(" or ", expected)} ({explained.Summary})\nhappened:  {last}\n{Told()}");
            coverage.Add(outcome.Split(' ')[0] + (outcome.StartsWith("answered", StringComparison.Ordinal) && token is not null && explained.Backends.Any(IsByToken) ? " with a token" : ""));
            foreach (var copy in explained.Copies.Where(c => c.Percent >= 100 && Decision(mesh, c, request).StartsWith("answered", StringComparison.Ordinal)))
            {
                var receiver = processes.App(copy.Cluster.Split('/')[1]);
                var seen = await Eventually.GetAsync(
                    async () =>
                    {
                        var copied = receiver.CopyOf(number);
                        _ = copied ?? await processes.SendAsync(caller, callee, request, number, token);
                        return copied;
                    },
                    target => target is not null,
                    Soon,
                    _ => $"seed {Seed}, request {number}: no copy of {request} came to {copy.Cluster}\n{Told()}");
                Assert.Equal(copy.Target, seen);
                coverage.Add("copied");
            }
        }
    }

    private static bool IsByToken(BackendExplanation backend) =>
        backend.Steps.SelectMany(s => s.Details).FirstOrDefault(d => d.Verdict == DetailVerdict.Decides) is { } rule && rule.Text.Contains("token of", StringComparison.Ordinal);

    // Any of these: by weight a request goes to one of several backends.
    private static ImmutableArray<string> Expected(CompiledMesh mesh, RequestExplanation explained, RandomRequest request) => explained switch
    {
        // Of an edge that there never was a sidecar does not even know what would be spoken.
        { Error: "no_edge" } => ["edge_revoked", "closed"],
        { Error: { } error } => [error],
        { Status: { } status } => [status.ToString(CultureInfo.InvariantCulture)],
        _ => [.. explained.Backends.Select(b => Decision(mesh, b, request))],
    };

    private static string Decision(CompiledMesh mesh, BackendExplanation backend, RandomRequest request)
    {
        if (backend.Error is not (null or "permission_denied" or "token_required"))
        {
            return backend.Error;
        }

        var port = mesh.Snapshots.Values.SelectMany(s => s.Inbound).First(p => p.Port.ToString() == backend.Cluster);
        return request.Token == RandomRequest.Forged && !port.Permissions.TokenProviders.IsEmpty ? "token_invalid" : backend.Error ?? $"answered by {backend.Cluster.Split('/')[1]} {backend.Target}";
    }

    // An error of the mesh by its code, an app's answer by what it says it was asked, another by its status.
    private static string Outcome(string answer)
    {
        var lines = answer.Split("\r\n");
        var status = lines[0].Split(' ') is [_, var code, ..] ? code : "closed";
        if (lines.FirstOrDefault(l => l.StartsWith("mesh-error: ", StringComparison.OrdinalIgnoreCase)) is { } error)
        {
            return error["mesh-error: ".Length..].Split(';')[0];
        }

        // In chunks or in one piece, the app's words are one line.
        return status == "200" && lines.LastOrDefault(l => l.Length > 2 && l[1] == ' ' && l[2] == '/') is { } said ? $"answered by {said}" : status;
    }
}
