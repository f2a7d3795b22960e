using System.Collections.Immutable;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Dashboard;
using Mesh.Hosting.Diagnostics;
using Mesh.Hosting.Installation;
using Mesh.Hosting.Policies;
using Mesh.Hosting.Publishing;
using Mesh.Hosting.Running;
using Mesh.Laptop.Files;
using Mesh.Model.Linting;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Applying;

/// <summary>
/// Starts the mesh with its app. Before anything starts the app model is read, planned and changed; when Aspire has given out addresses, front doors take their place;
/// before each process of the mesh starts, what it needs is written. <see cref="MeshHooks"/> says when.
/// </summary>
internal sealed partial class MeshStart(
    IConfiguration configuration, IHostEnvironment environment, IAspireStore store, IServiceProvider services, MeshDeclarations declarations, ILogger<MeshStart> logger) : IDisposable
{
    private static readonly TimeSpan SidecarLimit = TimeSpan.FromSeconds(30);

    private MeshResource? _mesh;
    private RunningMesh? _running;
    private PlanApplier? _applier;

    /// <summary>Puts the mesh into the app, before anything of it is started or published.</summary>
    public Task PrepareAsync(DistributedApplicationModel model, DistributedApplicationExecutionContext execution, CancellationToken cancellationToken) => execution.IsRunMode
        ? BeforeStartAsync(model, execution, cancellationToken)
        : new MeshPublishing(declarations, services.GetRequiredService<ILogger<MeshPublishing>>()).PrepareAsync(model, execution, cancellationToken);

    /// <summary>Once Aspire has given out addresses: front doors take the places of those that are not theirs.</summary>
    public void ShowFrontDoors() => _applier?.ShowFrontDoors();

    /// <inheritdoc />
    public void Dispose() => _running?.Dispose();

    private async Task BeforeStartAsync(DistributedApplicationModel model, DistributedApplicationExecutionContext execution, CancellationToken cancellationToken)
    {
        if (model.Resources.OfType<MeshResource>().FirstOrDefault() is not { } mesh)
        {
            declarations.ThrowIfAny();
            return;
        }

        if (AspireVersion.IsUntried(AspireVersion.Running))
        {
            Log.UntriedAspire(logger, AspireVersion.Running.ToString(2));
        }

        var programs = new MeshPrograms(configuration, mesh.AppHostAssembly);
        var (controlPlane, proxy) = (programs.ControlPlane(mesh.Options.ControlPlanePath), programs.Proxy(mesh.Options.ProxyPath));
        var preparation = new MeshPreparation(mesh, configuration, store, services.GetService<IDeveloperCertificateService>());
        var running = await preparation.PrepareAsync(model, execution, cancellationToken);
        (_mesh, _running, mesh.Running) = (mesh, running, running);

        // Before anything of the app is started or changed: all mistakes at once.
        var policies = DeclaredPolicies.Of(mesh, running.TrustDomain, running.Reading, running.Plan, declarations, model);
        DocumentFolder.Write(running.State.Policies, policies);

        ControlPlaneFiles.Write(mesh, running, controlPlane);
        running.TakeUpKept();
        OtlpConfigurationExtensions.AddOtlpEnvironment(mesh, configuration, environment);
        _applier = new PlanApplier(mesh, running, proxy, model);
        _applier.Apply(sidecar => OtlpConfigurationExtensions.AddOtlpEnvironment(sidecar, configuration, environment));

        if (running.ServerCertificate is null && running.Plan.Workloads.SelectMany(w => w.Service.Ports).Any(p => p.Protocol == AppProtocol.Https))
        {
            Log.NoCertificate(logger);
        }

        foreach (var warning in running.Reading.Unread)
        {
            Log.NotRead(logger, warning);
        }

        foreach (var tunnel in running.Reading.Tunnels)
        {
            Log.Tunnel(logger, tunnel);
        }

        running.Findings = PolicyWarnings.Of(running.Plan, running.TrustDomain, policies);
        foreach (var finding in running.Findings)
        {
            if (finding.Rule.Level == LintLevel.Warning)
            {
                Log.Policy(logger, PolicyWarnings.Text(finding));
            }
            else
            {
                Log.PolicyHint(logger, PolicyWarnings.Text(finding));
            }
        }

        foreach (var edge in running.Plan.Edges)
        {
            Log.Edge(logger, edge.ToString());
        }

        services.GetRequiredService<MeshInsight>().Start(mesh, running);
        _ = ConfirmKeptAsync(mesh, running, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
    }

    private async Task ConfirmKeptAsync(MeshResource mesh, RunningMesh running, CancellationToken stop)
    {
        try
        {
            if (await running.UntilKeptIsConfirmedAsync(stop))
            {
                Log.OtherControlPlane(logger);
                var commands = services.GetRequiredService<ResourceCommandService>();
                await Task.WhenAll(mesh.Sidecars.Select(s => commands.ExecuteCommandAsync(s, KnownResourceCommands.RestartCommand, stop)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The app is stopping, or was disposed without a stop.
        }
    }

    /// <summary>Before a process starts: a sidecar gets its start-up file, an app sidecars that take its calls.</summary>
    public async Task BeforeResourceAsync(IResource resource, CancellationToken cancellationToken)
    {
        if (_running is not { } running || _mesh is not { } mesh)
        {
            return;
        }

        if (resource is MeshSidecarResource sidecar)
        {
            await running.WriteBootstrapAsync(sidecar, new SidecarSettings(FrontDoorHosts(sidecar), mesh.Options.LogLevel), cancellationToken);
        }
        else if (running.WorkloadOf(resource) is { } workload)
        {
            await UntilSidecarsTakeCallsAsync(running, resource, [.. workload.Replicas.SelectMany(r => r.Listeners).Where(IsOutbound).Select(l => l.Value)], cancellationToken);
        }
    }

    private static bool IsOutbound(KeyValuePair<string, string> listener) => listener.Key.StartsWith(ResourceNames.OutboundPrefix, StringComparison.Ordinal);

    // An app may call others as the first thing it does.
    private async Task UntilSidecarsTakeCallsAsync(RunningMesh running, IResource resource, ImmutableArray<string> listeners, CancellationToken cancellationToken)
    {
        var listening = await Task.WhenAll(listeners.Select(l => running.UntilListensAsync(l, SidecarLimit, cancellationToken)));
        if (listening.Contains(false))
        {
            Log.SidecarLate(logger, resource.Name, SidecarLimit.TotalSeconds);
        }
    }

    private static ImmutableArray<string> FrontDoorHosts(MeshSidecarResource sidecar) =>
        [.. sidecar.Target.Annotations.OfType<EndpointAnnotation>().Select(e => e.TargetHost).Where(h => !System.Net.IPAddress.TryParse(h, out _) && h is not ("localhost" or "*" or "+")).Distinct()];

    private static partial class Log
    {
        [LoggerMessage(4001, LogLevel.Information, "{Edge}", EventName = nameof(Edge))]
        public static partial void Edge(ILogger logger, string edge);

        [LoggerMessage(4002, LogLevel.Warning, "{Warning}", EventName = nameof(NotRead))]
        public static partial void NotRead(ILogger logger, string warning);

        [LoggerMessage(4004, LogLevel.Warning, "This machine trusts no ASP.NET Core developer certificate whose key sidecars may have, so https endpoints are http at their sidecars, and their addresses say so: run 'dotnet dev-certs https --trust', then start again.", EventName = nameof(NoCertificate))]
        public static partial void NoCertificate(ILogger logger);

        [LoggerMessage(4005, LogLevel.Warning, "A policy will not do what it looks like: {Warning}", EventName = nameof(Policy))]
        public static partial void Policy(ILogger logger, string warning);

        [LoggerMessage(4007, LogLevel.Information, "A policy may not do what it looks like: {Hint}", EventName = nameof(PolicyHint))]
        public static partial void PolicyHint(ILogger logger, string hint);

        [LoggerMessage(4006, LogLevel.Warning, "The mesh was never tried on Aspire {Version}. Should something not work, look for a newer Mesh.Hosting first.", EventName = nameof(UntriedAspire))]
        public static partial void UntriedAspire(ILogger logger, string version);

        [LoggerMessage(4008, LogLevel.Warning, "The control plane has another authority than in the last run, so all sidecars are started anew.", EventName = nameof(OtherControlPlane))]
        public static partial void OtherControlPlane(ILogger logger);

        [LoggerMessage(4009, LogLevel.Warning, "{Tunnel}", EventName = nameof(Tunnel))]
        public static partial void Tunnel(ILogger logger, string tunnel);

        [LoggerMessage(4003, LogLevel.Warning, "The sidecar of '{Resource}' did not listen within {Seconds} s; the app starts all the same, and its calls fail until the sidecar is there. The sidecar's log says why.", EventName = nameof(SidecarLate))]
        public static partial void SidecarLate(ILogger logger, string resource, double seconds);
    }
}
