using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Running;
using Mesh.Model.Simulation;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Dashboard;

/// <summary>What the mesh would do with a request, asked in the dashboard.</summary>
internal static class ExplainCommand
{
    /// <summary>The command, with the services to choose from.</summary>
    public static ResourceCommandAnnotation Create(RunningMesh running)
    {
        var services = running.Plan.Workloads.Select(w => w.Service).OrderBy(s => s.Id).ToList();
        List<KeyValuePair<string, string>> callers =
        [
            .. services.Select(s => Option(s.Id.ToString(), Shown(s.Id))),
            Option(SimulatedRequestReader.Developer, "developer (you, at a front door)"),
            Option(SimulatedRequestReader.Anyone, "anyone (at a front door, without an identity)"),
        ];
        List<KeyValuePair<string, string>> callees =
        [
            .. services.SelectMany(s => s.Ports.Select(p => Option($"{s.Id}/{p.Name}", $"{Shown(s.Id)}/{p.Name}"))),
            .. running.Plan.ExternalServices.SelectMany(e => e.Ports.Select(p => Option($"{e.Id}/{p.Name}", $"{Shown(e.Id)}/{p.Name} (external)"))),
        ];
        return MeshCommands.Command(
            "mesh-explain",
            "Explain a request",
            "What the mesh would do with a request, decision by decision, and which policy and line is the cause. Nothing is sent.",
            "QuestionCircle",
            context => MeshCommands.TriedAsync(() => ExplainAsync(running, context)),
            [
                new() { Name = "caller", Label = "Caller", InputType = InputType.Choice, Required = true, Options = callers },
                new() { Name = "callee", Label = "Callee", InputType = InputType.Choice, Required = true, Options = callees },
                new() { Name = "method", Label = "Method", InputType = InputType.Text, Value = "GET" },
                new() { Name = "path", Label = "Path and query", InputType = InputType.Text, Value = "/" },
                new() { Name = "token", Label = "JSON Web Token", InputType = InputType.SecretText, Description = "sent as Authorization: Bearer" },
                new() { Name = "headers", Label = "Headers", InputType = InputType.Text, Placeholder = "x-beta=1; tenant=7", Description = "name=value, divided by semicolons" },
            ]);

        // A namespace says something only where two services would look the same.
        string Shown(ServiceId id) => services.Count(s => s.Id.Name == id.Name) + running.Plan.ExternalServices.Count(e => e.Id.Name == id.Name) > 1 ? id.ToString() : id.Name;
    }

    /// <summary>Headers as people write them in one line.</summary>
    /// <returns><see langword="null"/>: something in it is no header.</returns>
    internal static JsonObject? Headers(string? text)
    {
        var headers = new JsonObject();
        foreach (var part in (text ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                return null;
            }

            headers[part[..equals].TrimEnd()] = part[(equals + 1)..].TrimStart();
        }

        return headers;
    }

    private static async Task<ExecuteCommandResult> ExplainAsync(RunningMesh running, ExecuteCommandContext context)
    {
        var given = context.Arguments;
        if (Headers(given.GetString("headers")) is not { } headers)
        {
            return CommandResults.Failure("Headers must be name=value, divided by semicolons.");
        }

        var answer = await running.Client.PostAsync(
            "explain",
            new JsonObject { ["caller"] = given.GetString("caller"), ["callee"] = given.GetString("callee"), ["method"] = Or(given.GetString("method"), "GET"), ["path"] = Or(given.GetString("path"), "/"), ["headers"] = headers, ["jwt"] = given.GetString("token") },
            context.CancellationToken);
        return MeshCommands.Shown(answer["summary"]!.ToString(), ExplanationText.Of(answer.AsObject()), CommandResultFormat.Text);
    }

    private static KeyValuePair<string, string> Option(string value, string label) => KeyValuePair.Create(value, label);

    private static string Or(string? text, string otherwise) => string.IsNullOrWhiteSpace(text) ? otherwise : text.Trim();
}
