using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.Cli.AppFiles;
using Mesh.Cli.Terminal;
using Mesh.Model.Planning;
using Mesh.Model.Topology;
using Spectre.Console;

namespace Mesh.Cli.Running;

/// <summary>What runs, with its URLs: for people, and as the ready file for programs.</summary>
internal sealed class Summary(AppDefinition app, RunningApp running, ControlPlaneRunner controlPlane)
{
    /// <summary>Prints the table, the edges that are not meshed, and the lines with the app's and the mesh's URL.</summary>
    public void Print(Screen screen, TimeSpan took)
    {
        var table = new Table { Border = screen.HasColours ? TableBorder.Rounded : TableBorder.None, ShowRowSeparators = false, Expand = false };
        foreach (var column in new[] { "replica", "state", "process", "front door", "uses" })
        {
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))).NoWrap());
        }

        foreach (var replica in running.Replicas)
        {
            table.AddRow(
                new Text(replica.Plan.Name),
                replica.IsAbsent ? new Text("absent", new Style(Color.Yellow)) : new Text("ready", new Style(Color.Green)),
                new Text(replica.App.ProcessId?.ToString(CultureInfo.InvariantCulture) ?? ""),
                new Text(replica.IsAbsent ? "" : string.Join(' ', Doors(replica))),
                new Text(string.Join(", ", running.Plan.Edges.Where(e => e.Caller == replica.Definition.Id).Select(Use))));
        }

        screen.Line("");
        screen.Out.Write(table);
        foreach (var edge in running.Plan.Edges.Where(e => e.Outcome != EdgeOutcome.Meshed))
        {
            screen.Line(edge.ToString());
        }

        screen.Line("");
        screen.Line(string.Create(CultureInfo.InvariantCulture, $"Ready after {took.TotalSeconds:0.0} s. Ctrl+C stops everything; changes in {Path.GetFileName(app.File)} and in policies are live."));
        foreach (var (name, url) in External())
        {
            screen.Line($"{name}: {url}");
        }

        screen.Line($"Mesh: {controlPlane.LoginUrl}");
    }

    /// <summary>The ready file.</summary>
    public string ToReadyFile(string stateDirectory)
    {
        var replicas = new JsonArray();
        foreach (var replica in running.Replicas)
        {
            replicas.Add(new JsonObject
            {
                ["name"] = replica.Plan.Name,
                ["service"] = replica.Definition.Id.ToString(),
                ["state"] = replica.IsAbsent ? "absent" : "ready",
                ["processId"] = replica.App.ProcessId,
                ["sidecarProcessId"] = replica.Sidecar.ProcessId,
                ["admin"] = replica.Plan.AdminAddress,
                ["listeners"] = Map(replica.Plan.Listeners),
                ["applications"] = Map(replica.Plan.Applications),
            });
        }

        return new JsonObject
        {
            ["app"] = app.Name,
            ["processId"] = Environment.ProcessId,
            ["state"] = stateDirectory,
            ["api"] = controlPlane.Api,
            ["login"] = controlPlane.LoginUrl,
            ["controlPlaneProcessId"] = controlPlane.Process.ProcessId,
            ["urls"] = Map(External()),
            ["replicas"] = replicas,
        }.ToJsonString(new() { WriteIndented = true });
    }

    private string Use(PlannedEdge edge) => running.Absent.Contains(edge.Callee) ? $"{edge.Callee.Name}/{edge.Port} (absent)" : $"{edge.Callee.Name}/{edge.Port}";

    private static JsonObject Map(IEnumerable<KeyValuePair<string, string>> pairs) => new(pairs.Select(p => KeyValuePair.Create<string, JsonNode?>(p.Key, p.Value)));

    private static IEnumerable<string> Doors(ReplicaRunner replica) => replica.Workload.Service.Ports
        .Where(p => replica.Plan.FrontDoor(p.Name) is not null)
        .Select(p => Url(p.Protocol, replica.Plan.FrontDoor(p.Name)!));

    // "Shop: …" where the app has one face, else one line for each.
    private IEnumerable<KeyValuePair<string, string>> External()
    {
        var faces = running.Plan.Workloads.SelectMany(w => w.Service.Ports.Where(p => p.External)
            .Select(p => (Service: w.Service.Id.Name, Port: p, Door: w.Replicas[0].FrontDoor(p.Name)!))).ToList();
        return faces.Select(f => KeyValuePair.Create(
            faces.Count == 1 ? Capitalised(app.Name) : faces.Count(o => o.Service == f.Service) == 1 ? f.Service : $"{f.Service}/{f.Port.Name}",
            Url(f.Port.Protocol, f.Door)));
    }

    private static string Url(AppProtocol protocol, string address) => protocol switch
    {
        AppProtocol.Tcp => $"tcp://{address}",
        AppProtocol.Https => $"https://{address}",
        _ => $"http://{address}",
    };

    private static string Capitalised(string name) => $"{char.ToUpperInvariant(name[0])}{name[1..]}";
}
