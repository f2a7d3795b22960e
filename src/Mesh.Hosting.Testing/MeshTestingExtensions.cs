using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Policies;
using Mesh.Hosting.Testing.Clients;
using Mesh.Hosting.Testing.Policies;
using Mesh.Model.Policies;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Testing;

/// <summary>What tests of an app in the mesh need.</summary>
public static class MeshTestingExtensions
{
    /// <summary>
    /// Waits until every sidecar of the app has registered and runs with what is declared now: AppHost, policy files, and what was applied over the API. It does not
    /// wait for the apps themselves: for that there is <c>app.ResourceNotifications.WaitForResourceHealthyAsync</c>.
    /// </summary>
    /// <param name="app">The app; it has been started.</param>
    /// <param name="timeout">How long at most. Default: 1 minute.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TimeoutException">Says which sidecar is not live, and why.</exception>
    public static Task WaitForMeshAsync(this DistributedApplication app, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        TestedMesh.Of(app).UntilLiveAsync(timeout, cancellationToken);

    /// <summary>
    /// A client that calls a service as another one. Where the caller is declared to use the callee, requests go through the caller's own sidecar, so its routes, retries
    /// and timeouts apply. Where it is not, they go straight to the callee's sidecar with the caller's certificate, as a process would that goes round its own sidecar:
    /// the answer is 403 unless a policy allows it. Both go by the first replica of the caller.
    /// </summary>
    /// <param name="app">The app; its mesh is live (<see cref="WaitForMeshAsync"/>).</param>
    /// <param name="caller">The resource that calls.</param>
    /// <param name="callee">The resource that is called.</param>
    /// <param name="endpoint">Its endpoint. Default: <c>http</c>.</param>
    /// <returns>A client with the service's address as its base address; whoever asked disposes of it.</returns>
    /// <exception cref="ArgumentException">No such resource or endpoint is in the mesh, or the endpoint does not speak HTTP.</exception>
    public static HttpClient CreateMeshClient(this DistributedApplication app, string caller, string callee, string endpoint = "http") =>
        CallerClient.Create(TestedMesh.Of(app), caller, callee, endpoint);

    /// <summary>Who may call a service, and who said so. Nobody else may.</summary>
    /// <param name="app">The app.</param>
    /// <param name="service">The resource that is called.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<IReadOnlyList<MeshPermission>> GetMeshPermissionsAsync(this DistributedApplication app, string service, CancellationToken cancellationToken = default) =>
        TestedMesh.Of(app).PermissionsAsync(service, cancellationToken);

    /// <summary>What applies to a service's sidecars and is no default: edges, routes, timeouts, retries, balancing; each with who said so.</summary>
    /// <param name="app">The app.</param>
    /// <param name="service">The resource.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<IReadOnlyList<MeshSetting>> GetMeshSettingsAsync(this DistributedApplication app, string service, CancellationToken cancellationToken = default) =>
        TestedMesh.Of(app).SettingsAsync(service, cancellationToken);

    /// <summary>
    /// The mesh of an AppHost without starting anything: explains requests by what references, policies and policy files say. What is applied over the API, and faults, are not in it;
    /// see <see cref="ExplainMeshCallAsync"/>.
    /// </summary>
    /// <param name="builder">The AppHost, with everything said.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DistributedApplicationException">The AppHost says something wrong of its mesh; a start would fail with the same.</exception>
    /// <exception cref="InvalidOperationException">The app has no mesh, or policy files are wrong: all that is, with file and line.</exception>
    public static Task<SimulatedMesh> SimulateMeshAsync(this IDistributedApplicationBuilder builder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return SimulatedMesh.ReadAsync(new DistributedApplicationModel(builder.Resources), builder.ExecutionContext, MeshDeclarations.Of(builder), cancellationToken);
    }

    /// <summary>The same of an app that was built, started or not.</summary>
    /// <param name="app">The app.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<SimulatedMesh> SimulateMeshAsync(this DistributedApplication app, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(app);
        var services = app.Services;
        return SimulatedMesh.ReadAsync(
            services.GetRequiredService<DistributedApplicationModel>(), services.GetRequiredService<DistributedApplicationExecutionContext>(), services.GetService<MeshDeclarations>() ?? new(), cancellationToken);
    }

    /// <summary>Says what the mesh that runs would do with a request now, with what was applied over the API and faults that live. Nothing is sent.</summary>
    /// <param name="app">The app; it has been started.</param>
    /// <param name="caller">The resource that calls; <c>developer</c>, the person at a front door; <c>anyone</c>, somebody there without an identity; or a SPIFFE id.</param>
    /// <param name="callee">The resource that is called.</param>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="configure">Says more of the request: endpoint, headers, claims.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">No such resource or endpoint is in the mesh.</exception>
    public static Task<MeshExplanation> ExplainMeshCallAsync(
        this DistributedApplication app, string caller, string callee, string method = "GET", string path = "/", Action<MeshCall>? configure = null, CancellationToken cancellationToken = default) =>
        TestedMesh.Of(app).ExplainAsync(caller, callee, method, path, configure, cancellationToken);

    /// <summary>The calls that a service's sidecars answered with an error of the mesh since they started, denials among them, counted.</summary>
    /// <param name="app">The app.</param>
    /// <param name="service">The resource.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<IReadOnlyList<MeshErrorCount>> GetMeshErrorsAsync(this DistributedApplication app, string service, CancellationToken cancellationToken = default) =>
        TestedMesh.Of(app).ErrorsAsync(service, cancellationToken);

    /// <summary>
    /// Applies policies for as long as the result lives, stronger than those of files and AppHost with the same names. Ends once every sidecar runs with them.
    /// </summary>
    /// <param name="app">The app.</param>
    /// <param name="yaml">One document or several, <c>apiVersion: mesh.dev/v1alpha1</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Disposing of it takes the policies back and waits again until every sidecar has it so.</returns>
    /// <exception cref="ArgumentException">The policies are wrong: all violations, each with its line.</exception>
    /// <exception cref="TimeoutException">Says which sidecar does not run with them, and why.</exception>
    public static Task<MeshPolicyLease> ApplyMeshPolicyAsync(this DistributedApplication app, string yaml, CancellationToken cancellationToken = default) =>
        MeshPolicyLease.TakeAsync(TestedMesh.Of(app), yaml, "application/yaml", cancellationToken);

    /// <summary>The same with a policy that was made in C#.</summary>
    /// <param name="app">The app.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Disposing of it takes the policy back and waits again until every sidecar has it so.</returns>
    public static Task<MeshPolicyLease> ApplyMeshPolicyAsync(this DistributedApplication app, Policy policy, CancellationToken cancellationToken = default) =>
        MeshPolicyLease.TakeAsync(TestedMesh.Of(app), PolicyText.Of(policy), "application/json", cancellationToken);

    /// <summary>
    /// Lets calls to a service go wrong for as long as the result lives. Ends once every sidecar has it. Calls that come in by a front door are not hit: only those that
    /// services make, and <see cref="CreateMeshClient"/> does for them where the caller is declared to use the callee.
    /// </summary>
    /// <param name="app">The app.</param>
    /// <param name="callee">The resource that is called.</param>
    /// <param name="fault">Says what goes wrong, such as <c>f => f.Abort(503)</c>.</param>
    /// <param name="caller">The resource whose calls are hit. Default: all that use it.</param>
    /// <param name="endpoint">The callee's endpoint. Default: all of them.</param>
    /// <param name="duration">When it ends by itself, at most an hour. Default: 10 minutes, for tests that are killed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Disposing of it ends the fault and waits again until every sidecar has it so.</returns>
    /// <exception cref="ArgumentException">The fault is wrong, or would hit nothing: all violations.</exception>
    /// <exception cref="TimeoutException">Says which sidecar does not have it, and why.</exception>
    public static Task<MeshFaultLease> InjectMeshFaultAsync(
        this DistributedApplication app,
        string callee,
        Action<MeshFault> fault,
        string? caller = null,
        string? endpoint = null,
        TimeSpan? duration = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fault);
        var mesh = TestedMesh.Of(app);
        var effects = new MeshFault();
        fault(effects);
        var to = mesh.Workload(callee, nameof(callee)).Service.Id;
        var from = caller is null ? null : mesh.Workload(caller, nameof(caller)).Service.Id.ToString();
        return MeshFaultLease.TakeAsync(mesh, effects.Of($"{to}/{endpoint ?? "*"}", from, duration ?? TimeSpan.FromMinutes(10)), cancellationToken);
    }

    /// <summary>The same with the AppHost's own resources.</summary>
    /// <param name="app">The app.</param>
    /// <param name="callee">The resource that is called.</param>
    /// <param name="fault">Says what goes wrong.</param>
    /// <param name="caller">The resource whose calls are hit. Default: all that use it.</param>
    /// <param name="endpoint">The callee's endpoint. Default: all of them.</param>
    /// <param name="duration">When it ends by itself, at most an hour. Default: 10 minutes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Disposing of it ends the fault and waits again until every sidecar has it so.</returns>
    public static Task<MeshFaultLease> InjectMeshFaultAsync(
        this DistributedApplication app,
        IResource callee,
        Action<MeshFault> fault,
        IResource? caller = null,
        string? endpoint = null,
        TimeSpan? duration = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(callee);
        return InjectMeshFaultAsync(app, callee.Name, fault, caller?.Name, endpoint, duration, cancellationToken);
    }

    /// <summary>The mesh's own error, where it was the mesh that answered; <see langword="null"/>: it was the app.</summary>
    /// <param name="response">An answer.</param>
    public static MeshError? GetMeshError(this HttpResponseMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return response.Headers.TryGetValues("mesh-error", out var values) ? MeshError.Read(string.Join(", ", values)) : null;
    }
}
