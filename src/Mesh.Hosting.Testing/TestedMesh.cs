using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Dashboard;
using Mesh.Hosting.Running;
using Mesh.Laptop.Api;
using Mesh.Model.Planning;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Testing;

/// <summary>The mesh of the app under test.</summary>
internal sealed class TestedMesh(DistributedApplication app, MeshResource mesh, RunningMesh running)
{
    private static readonly TimeSpan UsualLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    public RunningMesh Running => running;

    public static TestedMesh Of(DistributedApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var mesh = app.Services.GetRequiredService<DistributedApplicationModel>().Resources.OfType<MeshResource>().FirstOrDefault()
            ?? throw new InvalidOperationException("The app has no mesh: call builder.AddMesh() in its AppHost.");
        return new TestedMesh(app, mesh, mesh.Running ?? throw new InvalidOperationException("The app was not started: await app.StartAsync() first."));
    }

    /// <summary>The workload of a resource.</summary>
    public PlannedWorkload Workload(string resource, string parameter) =>
        running.Plan.Workloads.FirstOrDefault(w => string.Equals(running.Reading.Workloads[w.Service.Id].Name, resource, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException($"'{resource}' is no resource in the mesh; those are {string.Join(", ", running.Reading.Workloads.Values.Select(r => r.Name).Order(StringComparer.Ordinal))}.", parameter);

    public async Task UntilLiveAsync(TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var limit = timeout ?? UsualLimit;
        var time = TimeProvider.System;
        var startedAt = time.GetTimestamp();
        var status = MeshStatus.None;
        while (true)
        {
            status = await MeshStatus.AskAsync(running.Client, status, cancellationToken);
            var faults = Faults(status);
            if (faults.Count == 0)
            {
                return;
            }

            if (time.GetElapsedTime(startedAt) > limit)
            {
                throw new TimeoutException($"The mesh is not live after {limit.TotalSeconds:0.#} s:{string.Concat(faults.Select(f => $"{Environment.NewLine}  {f}"))}");
            }

            await Task.Delay(Between, time, cancellationToken);
        }
    }

    public async Task<IReadOnlyList<MeshPermission>> PermissionsAsync(string service, CancellationToken cancellationToken)
    {
        var id = Workload(service, nameof(service)).Service.Id;
        var answer = await running.Client.GetAsync($"services/{id.Namespace}/{id.Name}", cancellationToken);
        return
        [
            .. from port in Items(answer["callers"])
               from effect in (string[])["allow", "deny", "allowWithShadowDeny"]
               from rule in Items(port[effect])
               select new MeshPermission(
                   port["port"]!.ToString(),
                   effect,
                   [.. (rule["principals"] as JsonArray ?? []).Select(p => p!.ToString())],
                   [.. Items(rule["requests"]).Select(r => $"{r["method"]?.ToString() ?? "*"} {r["path"]?.ToString() ?? "*"}")],
                   Origin(rule)),
        ];
    }

    public async Task<IReadOnlyList<MeshSetting>> SettingsAsync(string service, CancellationToken cancellationToken)
    {
        var id = Workload(service, nameof(service)).Service.Id;
        var answer = await running.Client.GetAsync($"inspect/{id.Namespace}/{id.Name}", cancellationToken);
        return [.. Items(answer["settings"]).Select(s => new MeshSetting(s["where"]!.ToString(), s["setting"]!.ToString(), s["value"]?.ToString() ?? "", Origin(s)))];
    }

    public async Task<MeshExplanation> ExplainAsync(string caller, string callee, string method, string path, Action<MeshCall>? configure, CancellationToken cancellationToken)
    {
        var services = running.Reading.Workloads.ToDictionary(w => w.Value.Name, w => w.Key.ToString(), StringComparer.OrdinalIgnoreCase);
        var body = ExplainBody.Of(name => services.GetValueOrDefault(name, name), caller, callee, method, path, configure);
        try
        {
            return MeshExplanation.Of((await running.Client.PostAsync("explain", body, cancellationToken)).AsObject());
        }
        catch (RefusedException e)
        {
            throw new ArgumentException(string.Join("; ", e.Problem.Violations.Select(v => $"{v.Path} {v.Message}")), e);
        }
    }

    public async Task<IReadOnlyList<MeshErrorCount>> ErrorsAsync(string service, CancellationToken cancellationToken)
    {
        var workload = Workload(service, nameof(service));
        using var admin = new SidecarAdmin(running.AdminToken);
        var counts = new List<MeshErrorCount>();
        foreach (var replica in workload.Replicas.Where(r => r.HasSidecar))
        {
            counts.AddRange(ErrorMetrics.Read(await admin.AskAsync(replica.AdminAddress, HttpMethod.Get, "/stats", cancellationToken)));
        }

        return [.. counts.GroupBy(c => c with { Count = 0 }).Select(g => g.Key with { Count = g.Sum(c => c.Count) })];
    }

    private static IEnumerable<JsonObject> Items(JsonNode? node) => (node as JsonArray ?? []).OfType<JsonObject>();

    private static string Origin(JsonObject item)
    {
        var origin = item["origin"];
        return $"{origin?["kind"]} {origin?["name"]}{(origin?["location"]?.ToString() is { Length: > 0 } where ? $" ({where})" : "")}";
    }

    private List<string> Faults(MeshStatus status)
    {
        var faults = new List<string>();
        if (status.Error is { } error)
        {
            faults.Add($"{mesh.Name}: {error} {State(mesh)}");
        }
        else if (!status.IsSettled)
        {
            faults.Add($"{mesh.Name}: what was declared is not compiled yet");
        }

        foreach (var sidecar in mesh.Sidecars)
        {
            var (workload, replica) = running.Find(sidecar);
            if (status.Of(workload.Service.Id, replica.Name).Fault is { } fault)
            {
                faults.Add($"{sidecar.Name}: {fault} {State(sidecar)}");
            }
        }

        return faults;
    }

    private string State(IResource resource)
    {
        var seen = app.ResourceNotifications.TryGetCurrentState(resource.Name, out var state) ? state.Snapshot : null;
        var failure = seen?.Properties.FirstOrDefault(p => p.Name == MeshProperties.FailureName)?.Value;
        return $"(process: {seen?.State?.Text ?? "not started"}{(failure is null ? "" : $"; {failure}")})";
    }
}
