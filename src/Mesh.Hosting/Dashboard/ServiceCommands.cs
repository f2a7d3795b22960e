using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Running;
using Mesh.Laptop.Api;
using Mesh.Model.Planning;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Dashboard;

/// <summary>What can be asked of a service's sidecars: on the service, for the replica that was pointed at, and on each sidecar.</summary>
internal sealed class ServiceCommands(RunningMesh running, SidecarAdmin admin, MeshMonitor monitor, ResourceNotificationService notifications, ResourceCommandService commands)
{
    /// <summary>Adds them to a service and its sidecars.</summary>
    public void Add(IResource service, PlannedWorkload workload, IReadOnlyList<MeshSidecarResource> sidecars)
    {
        // A service with replicas is several instances in the dashboard; the mark in the environment says which one was pointed at.
        Add(service, workload, snapshot => workload.Replicas.FirstOrDefault(r => r.Name == snapshot.EnvironmentVariables.FirstOrDefault(v => v.Name == EnvironmentNames.Replica)?.Value), sidecars);
        foreach (var sidecar in sidecars)
        {
            Add(sidecar, workload, _ => workload.Replicas[sidecar.Replica], sidecars);
        }
    }

    private void Add(IResource resource, PlannedWorkload workload, Func<CustomResourceSnapshot, PlannedReplica?> find, IReadOnlyList<MeshSidecarResource> sidecars)
    {
        PlannedReplica Replica(ExecuteCommandContext context) =>
            notifications.TryGetCurrentState(context.ResourceName, out var state) && find(state.Snapshot) is { } replica ? replica : workload.Replicas[0];

        Command("mesh-settings", "Show mesh settings", "What applies to calls of and to this service, and who said so.", "Settings", context => SettingsAsync(workload, context));
        Command("mesh-configuration", "Show sidecar configuration", "What the sidecar runs with, as it says itself.", "Code", async context =>
        {
            var text = await admin.AskAsync(Replica(context).AdminAddress, HttpMethod.Get, "/config", context.CancellationToken);
            return MeshCommands.Shown($"Configuration of {Replica(context).Name}'s sidecar.", text, CommandResultFormat.Json);
        });
        Command("mesh-drain", "Drain", "The sidecar takes no new work from other services; what runs is finished, and the app goes on.", "DrinkToGo", async context =>
        {
            await admin.AskAsync(Replica(context).AdminAddress, HttpMethod.Post, "/drain", context.CancellationToken);
            return CommandResults.Success($"{Replica(context).Name} takes no new work from other services until 'Take work again', which restarts its sidecar.");
        });
        resource.Annotations.Add(new ResourceCommandAnnotation(
            "mesh-undrain",
            "Take work again",
            context => IsDraining(workload.Service.Id, find(context.ResourceSnapshot)) ? ResourceCommandState.Enabled : ResourceCommandState.Hidden,
            context => commands.ExecuteCommandAsync(sidecars.First(s => s.Replica == Replica(context).Index), KnownResourceCommands.RestartCommand, context.CancellationToken),
            "Ends draining by a restart of the sidecar.",
            [],
            confirmationMessage: null,
            "ArrowUndo",
            IconVariant.Regular,
            isHighlighted: true));

        void Command(string name, string title, string description, string icon, Func<ExecuteCommandContext, Task<ExecuteCommandResult>> run) =>
            resource.Annotations.Add(MeshCommands.Command(name, title, description, icon, async context =>
            {
                try
                {
                    return await run(context);
                }
                catch (Exception e) when (e is ControlPlaneException or HttpRequestException or TaskCanceledException && !context.CancellationToken.IsCancellationRequested)
                {
                    return CommandResults.Failure(e.Message);
                }
            }));
    }

    private async Task<ExecuteCommandResult> SettingsAsync(PlannedWorkload workload, ExecuteCommandContext context)
    {
        var id = workload.Service.Id;
        var answer = await running.Client.GetAsync($"inspect/{id.Namespace}/{id.Name}", context.CancellationToken);
        var rows = (answer["settings"] as JsonArray ?? []).OfType<JsonObject>()
            .Select(s => $"| {s["where"]} | {s["setting"]} | {s["value"]} | {s["origin"]?["kind"]} {s["origin"]?["name"]} | {s["origin"]?["location"]} |\n");
        var refused = answer["refused"]?.ToString() is { Length: > 0 } why ? $"Refused, so the last good configuration stays: {why}\n\n" : "";
        return MeshCommands.Shown(
            "Everything else is default.", $"{refused}| where | setting | value | said by | at |\n| --- | --- | --- | --- | --- |\n{string.Concat(rows)}", CommandResultFormat.Markdown);
    }

    private bool IsDraining(ServiceId service, PlannedReplica? replica) => replica is not null && monitor.Status.Of(service, replica.Name).State == "draining";
}
