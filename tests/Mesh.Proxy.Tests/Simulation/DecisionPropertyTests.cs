using System.Globalization;
using Mesh.Model.Policies;
using Mesh.Model.Simulation;
using Mesh.Model.Topology;
using Mesh.Testing;

namespace Mesh.Proxy.Tests.Simulation;

/// <summary>
/// For any mesh and any request, what the simulator says is what sidecars do: the same rule, bounds, backends and permission. The simulator reads the compiled mesh and is written
/// after docs/policies.md; sidecars run tables made of what went over the wire.
/// </summary>
public sealed class DecisionPropertyTests
{
    private const int Meshes = 50;
    private const int RequestsPerMesh = 50;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Explain_AnyRequest_IsWhatSidecarsDecide(int seed)
    {
        var random = new Random(seed);
        var make = new RandomMesh(random);
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var m = 0; m < Meshes; m++)
        {
            var documents = make.Documents();
            var mesh = RandomMesh.Read(documents).Compile();
            var sidecars = new ProxyDecisions(mesh);
            for (var r = 0; r < RequestsPerMesh; r++)
            {
                var caller = TestMesh.Id(RandomMesh.Services[random.Next(RandomMesh.Services.Length)]);
                var callee = new PortRef(TestMesh.Id(RandomMesh.Services[random.Next(RandomMesh.Services.Length)]), "http");
                var (method, target, headers) = make.Request();
                var decided = sidecars.Decide(caller, callee, method, target, headers);

                var explained = Text(RequestSimulator.Explain(mesh, new SimulatedRequest
                {
                    Caller = caller,
                    Callee = callee,
                    Method = method,
                    Target = target,
                    Headers = [.. headers.Select(h => KeyValuePair.Create(h.Name, h.Value))],
                }));

                Assert.True(decided == explained, $"seed {seed}, mesh {m}, request {r}: {caller} to {callee}: {method} {target} {string.Join(' ', headers)}\nsidecars: {decided}\nexplained: {explained}\n{documents}");
                var outcome = explained.Split(' ')[^1] is var last && last.Contains('=', StringComparison.Ordinal) ? "forwarded" : last;
                outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            }
        }

        // Chance that always says the same would prove nothing.
        var seen = string.Join(", ", outcomes.Select(o => string.Create(CultureInfo.InvariantCulture, $"{o.Key} {o.Value}")));
        foreach (var outcome in new[] { "no_edge", "ambiguous_path", "no_route", "permission_denied", "forwarded", "backend_missing", "bad_request", "307" })
        {
            Assert.True(outcomes.GetValueOrDefault(outcome) > 2, $"seed {seed} hardly sees {outcome}: {seen}");
        }
    }

    private static string Text(RequestExplanation explained) => explained switch
    {
        { Error: { } error, Route: null } => error,
        { Status: { } status } => $"{explained.Route} {status}",
        _ => $"{explained.Route} request={Bound(explained.Steps, "timeout.request")} retries={explained.Steps.FirstOrDefault(s => s.Topic == "retry.http.numRetries")?.Decision ?? "2"}: {string.Join("; ", explained.Backends.DistinctBy(b => b.Cluster).OrderBy(b => b.Cluster, StringComparer.Ordinal).Select(Backend))}",
    };

    private static string Backend(BackendExplanation backend) => backend.Error == "backend_missing"
        ? $"{backend.Cluster} {backend.Error}"
        : $"{backend.Cluster} {backend.Target} {backend.Error ?? $"{(backend.IsShadowDenied ? "shadow" : "allowed")} request={Bound(backend.Steps.Where(s => s.Sidecar == backend.Cluster[..^"/http".Length]), "timeout.request")}"}";

    private static string Bound(IEnumerable<ExplanationStep> steps, string topic) =>
        steps.LastOrDefault(s => s.Topic == topic) is { } step && Duration.TryParse(step.Decision.Split(' ')[0], out var bound) && bound > TimeSpan.Zero ? bound.ToString() : "";
}
