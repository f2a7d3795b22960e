using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Mesh.Hosting.Running;
using Mesh.Model.Planning;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting.Dashboard;

/// <summary>Shows in the dashboard what the mesh does, and keeps its processes running.</summary>
internal sealed partial class MeshInsight(
    ResourceNotificationService notifications,
    ResourceLoggerService logs,
    ResourceCommandService commands,
    IDistributedApplicationEventing eventing,
    IOptions<HealthCheckServiceOptions> health,
    IHostApplicationLifetime lifetime,
    ILogger<MeshInsight> logger) : IDisposable
{
    private readonly HashSet<IResource> _shown = [];
    private readonly ConcurrentDictionary<(IResource Service, string Replica), string> _instances = [];
    private readonly Lock _lock = new();
    private SidecarAdmin? _admin;

    /// <summary>What the control plane says of the sidecars; <see langword="null"/> until the mesh starts.</summary>
    public MeshMonitor? Monitor { get; private set; }

    /// <summary>Adds links, commands and health to the mesh's resources and begins to watch them; before anything is started.</summary>
    public void Start(MeshResource mesh, RunningMesh running)
    {
        var monitor = Monitor = new MeshMonitor(running, TimeProvider.System);
        _admin = new SidecarAdmin(running.AdminToken);
        MeshLinks.Add(mesh, running);
        MeshCommands.Add(mesh, running);
        Check(mesh, $"{mesh.Name}_control_plane", new ControlPlaneHealth(running));
        var services = new ServiceCommands(running, _admin, monitor, notifications, commands);
        foreach (var workload in running.Plan.Workloads)
        {
            var service = running.Reading.Workloads[workload.Service.Id];
            var sidecars = mesh.Sidecars.Where(s => s.Target == service).ToList();
            foreach (var sidecar in sidecars)
            {
                Check(sidecar, $"{sidecar.Name}_configuration", new SidecarHealth(monitor, workload.Service.Id, workload.Replicas[sidecar.Replica].Name));
            }

            if (sidecars.Count > 0)
            {
                services.Add(service, workload, sidecars);
            }
        }

        var stops = new UserStops();
        eventing.Subscribe<BeforeResourceStartedEvent>((e, _) =>
        {
            if (IsOurs(e.Resource))
            {
                stops.Watch(e.Resource);
            }

            return Task.CompletedTask;
        });
        var keeper = new ProcessKeeper(notifications, commands, new LastWords(logs), stops, TimeProvider.System, logger);
        var stop = lifetime.ApplicationStopping;
        _ = UntilStopAsync(() => WatchAsync(mesh, running, monitor, keeper, stop), stop);
        _ = UntilStopAsync(() => monitor.RunAsync(status => ShowAsync(mesh, running, status), stop), stop);
    }

    /// <inheritdoc />
    public void Dispose() => _admin?.Dispose();

    private static bool IsOurs(IResource resource) => resource is MeshResource or MeshSidecarResource;

    // Aspire reads the registrations at each check, so one may come late.
    private void Check(IResource resource, string name, IHealthCheck check)
    {
        health.Value.Registrations.Add(new HealthCheckRegistration(name, check, failureStatus: null, tags: null));
        resource.Annotations.Add(new HealthCheckAnnotation(name));
    }

    private async Task WatchAsync(MeshResource mesh, RunningMesh running, MeshMonitor monitor, ProcessKeeper keeper, CancellationToken stop)
    {
        await foreach (var seen in notifications.WatchAsync(stop))
        {
            if (!IsOurs(seen.Resource))
            {
                if (seen.Snapshot.EnvironmentVariables.FirstOrDefault(v => v.Name == EnvironmentNames.Replica)?.Value is { } name)
                {
                    _instances[(seen.Resource, name)] = seen.ResourceId;
                }

                continue;
            }

            if (Remember(seen.Resource))
            {
                await ShowAsync(seen.Resource, mesh, running, monitor.Status);
            }

            await keeper.SeeAsync(seen, stop);
        }
    }

    private async Task ShowAsync(MeshResource mesh, RunningMesh running, MeshStatus status)
    {
        IResource[] all;
        lock (_lock)
        {
            all = [.. _shown];
        }

        foreach (var resource in all)
        {
            await ShowAsync(resource, mesh, running, status);
        }
    }

    private Task ShowAsync(IResource resource, MeshResource mesh, RunningMesh running, MeshStatus status)
    {
        if (resource is not MeshSidecarResource sidecar)
        {
            return PublishAsync(mesh, s => s with { Properties = MeshProperties.Set(s.Properties, MeshProperties.Of(running, status)) });
        }

        var (workload, replica) = running.Find(sidecar);
        ResourcePropertySnapshot[] parent = _instances.TryGetValue((sidecar.Target, replica.Name), out var instance) ? [MeshProperties.Parent(instance)] : [];
        var its = status.Of(workload.Service.Id, replica.Name);
        return PublishAsync(sidecar, s => s with
        {
            Properties = MeshProperties.Set(s.Properties, [.. MeshProperties.Of(its, status), .. parent]),
            State = Styled(s.State, its),
        });
    }

    // Each update asks every command of the resource and wakes every listener: what is shown already is not said again.
    private Task PublishAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> change) =>
        notifications.TryGetCurrentState(resource.Name, out var now) && change(now.Snapshot) is var next && next.State == now.Snapshot.State && next.Properties.SequenceEqual(now.Snapshot.Properties)
            ? Task.CompletedTask
            : notifications.PublishUpdateAsync(resource, change);

    // A healthy resource is checked only twice a minute; what is wrong is to be seen at once.
    private static ResourceStateSnapshot? Styled(ResourceStateSnapshot? state, SidecarStatus sidecar) => state?.Text != KnownResourceStates.Running
        ? state
        : state with { Style = sidecar.State is "refused" ? KnownResourceStateStyles.Error : sidecar.State is "stale" or "draining" ? KnownResourceStateStyles.Warn : null };

    // Before Aspire has shown a resource it has no name of its own yet, and an update would be shown as another one.
    private bool Remember(IResource resource)
    {
        lock (_lock)
        {
            return _shown.Add(resource);
        }
    }

    private async Task UntilStopAsync(Func<Task> run, CancellationToken stop)
    {
        try
        {
            await run();
        }
        catch (Exception e) when (e is ObjectDisposedException || (e is OperationCanceledException && stop.IsCancellationRequested))
        {
            // The app is stopping, or was disposed without a stop.
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            Log.Ended(logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4110, LogLevel.Error, "The dashboard shows nothing new of the mesh, for this went wrong.", EventName = nameof(Ended))]
        public static partial void Ended(ILogger logger, Exception error);
    }
}
