using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Mesh.Hosting.Applying;
using Mesh.Hosting.Installation;
using Mesh.Hosting.Running;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Tests.Models;

/// <summary>An app that is read, planned and changed as at a start, with addresses given out as the orchestrator would; nothing runs.</summary>
internal sealed class PlannedApp : IAsyncDisposable
{
    private readonly DistributedApplication _app;
    private readonly DistributedApplicationExecutionContext _execution;

    private PlannedApp(DistributedApplication app, DistributedApplicationExecutionContext execution, RunningMesh running) => (_app, _execution, Running) = (app, execution, running);

    public RunningMesh Running { get; }

    public DistributedApplicationModel Model => _app.Services.GetRequiredService<DistributedApplicationModel>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<PlannedApp> CreateAsync(Action<IDistributedApplicationBuilder> compose, Action<MeshOptions>? configure = null)
    {
        var builder = DistributedApplicationTestingBuilder.Create([], (options, _) => options.DisableDashboard = true);
        var mesh = builder.AddMesh("mesh", configure);
        compose(builder);
        var app = builder.Build();
        try
        {
            var model = app.Services.GetRequiredService<DistributedApplicationModel>();
            var execution = app.Services.GetRequiredService<DistributedApplicationExecutionContext>();
            var preparation = new MeshPreparation(mesh.Resource, app.Services.GetRequiredService<IConfiguration>(), app.Services.GetRequiredService<IAspireStore>(), null);
            var running = await preparation.PrepareAsync(model, execution, Cancellation);
            var applier = new PlanApplier(mesh.Resource, running, new MeshProgram("mesh-proxy", []), model);
            applier.Apply(_ => { });
            GiveOutAddresses(model);
            applier.ShowFrontDoors();

            return new PlannedApp(app, execution, running);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the resource would find in its environment.</summary>
    public async Task<Dictionary<string, string?>> EnvironmentAsync(string resource) =>
        (await ValuesAsync(resource)).ToDictionary(v => v.Key, v => v.Value is IValueProvider p ? p.GetValueAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancellation).GetAwaiter().GetResult() : v.Value.ToString());

    /// <summary>The values themselves.</summary>
    public async Task<Dictionary<string, object>> ValuesAsync(string resource)
    {
        var target = Model.Resources.Single(r => r.Name == resource);
        var variables = new Dictionary<string, object>();
        var context = new EnvironmentCallbackContext(_execution, target, variables, Cancellation);
        foreach (var annotation in target.Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            await annotation.Callback(context);
        }

        return variables;
    }

    /// <summary>What the resource would be started with.</summary>
    public async Task<List<string?>> ArgumentsAsync(string resource)
    {
        var target = Model.Resources.Single(r => r.Name == resource);
        var context = new CommandLineArgsCallbackContext([], target, Cancellation) { ExecutionContext = _execution };
        foreach (var annotation in target.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
        {
            await annotation.Callback(context);
        }

        var arguments = new List<string?>();
        foreach (var argument in context.Args)
        {
            arguments.Add(argument is IValueProvider value ? await value.GetValueAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancellation) : argument.ToString());
        }

        return arguments;
    }

    /// <summary>The port at which the caller's own sidecar takes calls for the upstream port.</summary>
    public int Outbound(string caller, string upstream, int replica = 0)
    {
        var listeners = Running.Plan.Workloads.Single(w => w.Service.Id.Name == caller).Replicas[replica].Listeners;
        return EndpointMover.PortOf(listeners[$"outbound/default/{upstream}"]);
    }

    /// <summary>The port of a front door.</summary>
    public int FrontDoor(string service, string port) =>
        EndpointMover.PortOf(Running.Plan.Workloads.Single(w => w.Service.Id.Name == service).Replicas[0].FrontDoor(port)!);

    public async ValueTask DisposeAsync()
    {
        Running.Dispose();
        await _app.DisposeAsync();
    }

    private static void GiveOutAddresses(DistributedApplicationModel model)
    {
        var next = 41000;
        foreach (var (resource, endpoint) in model.Resources.SelectMany(r => r.Annotations.OfType<EndpointAnnotation>().Select(e => (r, e))))
        {
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(
                endpoint, "localhost", endpoint.Port ?? next++, EndpointBindingMode.SingleAddress,
                string.Create(CultureInfo.InvariantCulture, $"{{{{- portForServing \"{resource.Name}-{endpoint.Name}\" -}}}}"), KnownNetworkIdentifiers.LocalhostNetwork);
        }
    }
}
