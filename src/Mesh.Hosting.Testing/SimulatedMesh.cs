using System.Collections.Immutable;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Applying;
using Mesh.Hosting.Policies;
using Mesh.Hosting.Reading;
using Mesh.Hosting.Testing.Policies;
using Mesh.Laptop.Files;
using Mesh.Model.Compilation;
using Mesh.Model.Linting;
using Mesh.Model.Planning;
using Mesh.Model.Simulation;

namespace Mesh.Hosting.Testing;

/// <summary>The mesh of an AppHost as it would run, with no process and no port: what its references, policies and policy files say.</summary>
public sealed class SimulatedMesh
{
    private readonly MeshConfiguration _configuration;
    private readonly ImmutableDictionary<string, string> _services;
    private readonly CompiledMesh _mesh;

    private SimulatedMesh(MeshConfiguration configuration, ImmutableDictionary<string, string> services)
    {
        (_configuration, _services) = (configuration, services);
        _mesh = SnapshotCompiler.Compile(configuration.Topology, configuration.Policies);
    }

    /// <summary>What <a href="https://en.wikipedia.org/wiki/Lint_(software)">lint</a> rules warn of, each with its id, file and line; hints are not in it.</summary>
    public IReadOnlyList<string> Warnings => [.. _configuration.Warnings.Concat(_mesh.Warnings).Where(w => w.Rule.Level == LintLevel.Warning).Select(PolicyWarnings.Text)];

    /// <summary>Says what the mesh would do with a request, and who said so. Nothing is sent.</summary>
    /// <param name="caller">The resource that calls; <c>developer</c>, the person at a front door; <c>anyone</c>, somebody there without an identity; or a SPIFFE id.</param>
    /// <param name="callee">The resource that is called.</param>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="configure">Says more of the request: endpoint, headers, claims.</param>
    /// <exception cref="ArgumentException">No such resource or endpoint is in the mesh.</exception>
    /// <example><code>Assert.True(mesh.Explain("storefront", "orders", "POST", "/orders").Passes);</code></example>
    public MeshExplanation Explain(string caller, string callee, string method = "GET", string path = "/", Action<MeshCall>? configure = null)
    {
        var body = ExplainBody.Of(name => _services.GetValueOrDefault(name, name), caller, callee, method, path, configure);
        var request = SimulatedRequestReader.Read(body, _configuration.Topology, out var violations) with { At = TimeProvider.System.GetUtcNow() };
        return violations.IsEmpty
            ? MeshExplanation.Of(ExplanationJson.Write(RequestSimulator.Explain(_configuration, _mesh, request)))
            : throw new ArgumentException(string.Join("; ", violations.Select(v => $"{v.Path} {v.Message}")));
    }

    internal static async Task<SimulatedMesh> ReadAsync(DistributedApplicationModel model, DistributedApplicationExecutionContext execution, MeshDeclarations declarations, CancellationToken cancellationToken)
    {
        var mesh = model.Resources.OfType<MeshResource>().FirstOrDefault() ?? throw new InvalidOperationException("The app has no mesh: call builder.AddMesh() in its AppHost.");
        var trustDomain = MeshOptionsCheck.Run(mesh);

        // An app that was started has been changed: what was read before is what it is.
        var (reading, plan) = mesh.Running is { } running
            ? (running.Reading, running.Plan)
            : await AppPlanner.PlanAsync(new AppModelReader(new MeshIdentities(mesh.Options.Namespace), trustDomain, mesh.AppHostName, execution), model, Planner(), servesHttps: true, isStarted: false, cancellationToken);
        IEnumerable<Mesh.Model.Resources.DeclaredResource> resources =
        [
            .. plan.Workloads.Select(w => TopologyDocuments.Resource(w.Service)),
            .. plan.ExternalServices.Select(TopologyDocuments.Resource),
            .. DeclaredPolicies.Of(mesh, trustDomain, reading, plan, declarations, model),
            .. mesh.PoliciesDirectory is { } policies ? PolicyDirectory.Read(policies) : [],
        ];
        return new SimulatedMesh(
            MeshConfiguration.Of(trustDomain, resources),
            reading.Workloads.ToImmutableDictionary(w => w.Value.Name, w => w.Key.ToString(), StringComparer.OrdinalIgnoreCase));
    }

    // Ports mean nothing to requests that nobody sends; each request has its own all the same.
    private static Func<MeshDescription, MeshPlan> Planner()
    {
        var given = new Dictionary<PortRequest, int>();
        var port = 20_000;
        return description => MeshPlanner.Plan(description, PlanningTarget.Laptop with { TellsAddresses = false, ServesHttps = true }, Pick);

        int Pick(PortRequest request, IReadOnlySet<int> taken)
        {
            if (given.TryGetValue(request, out var known))
            {
                return known;
            }

            while (taken.Contains(++port))
            {
            }

            return given[request] = port;
        }
    }
}
