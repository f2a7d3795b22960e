using System.Text.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Running;
using Mesh.Laptop.Api;

namespace Mesh.Hosting.Dashboard;

/// <summary>What can be asked of the mesh as a whole, from the dashboard and as <c>aspire resource mesh …</c>.</summary>
internal static class MeshCommands
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Adds them to the mesh.</summary>
    public static void Add(MeshResource mesh, RunningMesh running)
    {
        Add("mesh-reload", "Reload policies", "Reads the policy files now, and says what is wrong with them.", "ArrowSync", ReloadAsync);
        Add("mesh-configuration", "Show configuration", "What every service's sidecars are served, as it is on the wire.", "Code", ConfigurationAsync);
        Add("mesh-permissions", "Show permissions", "Who may call whom, and who said so.", "LockClosed", PermissionsAsync);

        mesh.Annotations.Add(ExplainCommand.Create(running));

        void Add(string name, string title, string description, string icon, Func<RunningMesh, CancellationToken, Task<ExecuteCommandResult>> run) =>
            mesh.Annotations.Add(Command(name, title, description, icon, context => TriedAsync(() => run(running, context.CancellationToken))));
    }

    /// <summary>What came of asking the control plane.</summary>
    public static async Task<ExecuteCommandResult> TriedAsync(Func<Task<ExecuteCommandResult>> ask)
    {
        try
        {
            return await ask();
        }
        catch (ControlPlaneException e)
        {
            var violations = (e as RefusedException)?.Problem.Violations ?? [];
            return CommandResults.Failure(violations.Length == 0 ? e.Message : string.Join(" ", violations.Select(v => $"{v.Path}: {v.Message}.")));
        }
    }

    /// <summary>A command of a process that runs.</summary>
    public static ResourceCommandAnnotation Command(
        string name, string title, string description, string icon, Func<ExecuteCommandContext, Task<ExecuteCommandResult>> run, IReadOnlyList<InteractionInput>? inputs = null) => new(
        name,
        title,
        context => context.ResourceSnapshot.State?.Text == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Disabled,
        run,
        description,
        inputs ?? [],
        confirmationMessage: null,
        icon,
        IconVariant.Regular,
        isHighlighted: false);

    /// <summary>A result that the user is shown at once.</summary>
    public static ExecuteCommandResult Shown(string message, string text, CommandResultFormat format) => CommandResults.Success(message, text, format, displayImmediately: true);

    /// <summary>JSON as people read it.</summary>
    public static string Readable(JsonNode node) => node.ToJsonString(Indented);

    private static async Task<ExecuteCommandResult> ReloadAsync(RunningMesh running, CancellationToken cancellationToken)
    {
        var sources = await running.Client.PostAsync("sources/reload", null, cancellationToken);
        var faults = PolicyFaults.Of(sources);
        var files = (sources["files"] as JsonArray)?.Count ?? 0;
        return faults.Length == 0
            ? CommandResults.Success($"Read {files} files; nothing is wrong with them.")
            : CommandResults.Failure($"{faults.Length} things are wrong; what was good before stays in force.", string.Join('\n', faults), CommandResultFormat.Text);
    }

    private static async Task<ExecuteCommandResult> ConfigurationAsync(RunningMesh running, CancellationToken cancellationToken)
    {
        var all = new JsonObject();
        foreach (var service in running.Plan.Workloads.Select(w => w.Service.Id))
        {
            all[service.ToString()] = (await running.Client.GetAsync($"config-dump/{service.Namespace}/{service.Name}", cancellationToken))["resources"]?.DeepClone();
        }

        return Shown($"Configuration of {all.Count} services.", Readable(all), CommandResultFormat.Json);
    }

    private static async Task<ExecuteCommandResult> PermissionsAsync(RunningMesh running, CancellationToken cancellationToken)
    {
        var services = new List<JsonNode>();
        foreach (var service in running.Plan.Workloads.Select(w => w.Service.Id))
        {
            services.Add(await running.Client.GetAsync($"services/{service.Namespace}/{service.Name}", cancellationToken));
        }

        return Shown("Everything else is denied.", PermissionTable.Of(services), CommandResultFormat.Markdown);
    }
}
