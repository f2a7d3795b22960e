using System.Text.Json.Nodes;
using Mesh.Model.Simulation;

namespace Mesh.Hosting.Testing;

/// <summary>What the mesh would do with a request. As text it is what <c>mesh explain</c> prints: the message of an assertion that fails.</summary>
public sealed record MeshExplanation
{
    private MeshExplanation(JsonObject answer) => Text = ExplanationText.Of(answer);

    /// <summary>Whether an app answers, whichever backend is taken.</summary>
    public bool Passes { get; private init; }

    /// <summary>In one line.</summary>
    public string Summary { get; private init; } = "";

    /// <summary>The code of the error that the mesh answers with, as <see cref="MeshError.Code"/>; of several backends that of the first that does not answer. <see langword="null"/>: none.</summary>
    public string? Error { get; private init; }

    /// <summary>The rule of a route that matched; <see langword="null"/>: none.</summary>
    public string? Route { get; private init; }

    /// <summary>Where requests go, with their share in percent: <c>namespace/service/port</c>.</summary>
    public IReadOnlyDictionary<string, double> Backends { get; private init; } = new Dictionary<string, double>();

    /// <summary>Every decision, in the order in which they are made.</summary>
    public IReadOnlyList<MeshDecision> Decisions { get; private init; } = [];

    /// <summary>The whole of it for people.</summary>
    public string Text { get; }

    /// <inheritdoc />
    public override string ToString() => Text;

    internal static MeshExplanation Of(JsonObject answer)
    {
        var backends = Items(answer["backends"]).ToList();
        return new(answer)
        {
            Passes = answer["passes"]!.GetValue<bool>(),
            Summary = answer["summary"]!.ToString(),
            Error = answer["error"]?.ToString() ?? backends.Select(b => b["error"]?.ToString()).FirstOrDefault(e => e is not null),
            Route = answer["route"]?.ToString(),
            Backends = backends.GroupBy(b => b["backend"]!.ToString(), StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(b => b["percent"]!.GetValue<double>()), StringComparer.Ordinal),
            Decisions = [.. Items(answer["steps"]).Concat(backends.SelectMany(b => Items(b["steps"]))).Select(Decision)],
        };
    }

    private static MeshDecision Decision(JsonObject step) =>
        new(step["sidecar"]!.ToString(), step["topic"]!.ToString(), step["decision"]!.ToString(), ExplanationText.Cause(step["origin"]), step["ends"]!.GetValue<bool>());

    private static IEnumerable<JsonObject> Items(JsonNode? node) => (node as JsonArray ?? []).OfType<JsonObject>();
}
