using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Mesh.Model.Compilation;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Simulation;

/// <summary>Explanations as the API and <c>--output json</c> write them.</summary>
public static class ExplanationJson
{
    /// <summary>Writes an explanation.</summary>
    public static JsonObject Write(RequestExplanation explanation)
    {
        var (request, places) = (explanation.Request, explanation.TokenPlaces);
        return new JsonObject
        {
            ["request"] = new JsonObject
            {
                ["caller"] = request.Caller?.ToString() ?? (request.Identity is { Length: > 0 } identity ? identity : SimulatedRequestReader.Anyone),
                ["callee"] = request.Callee.ToString(),
                ["method"] = request.Method,
                ["path"] = ShownRequest.Target(request.Target, places),
                ["headers"] = Pairs(request.Headers.Select(header => ShownRequest.Header(header, places))),
                ["claims"] = Pairs(request.Claims),
            },
            ["summary"] = explanation.Summary,
            ["passes"] = explanation.Passes,
            ["error"] = explanation.Error,
            ["status"] = explanation.Status,
            ["route"] = explanation.Route,
            ["steps"] = new JsonArray([.. explanation.Steps.Select(Step)]),
            ["backends"] = new JsonArray([.. explanation.Backends.Select(backend => Backend(backend, places))]),
            ["copies"] = new JsonArray([.. explanation.Copies.Select(backend => Backend(backend, places))]),
            ["shadow"] = new JsonArray([.. explanation.Shadow.Select(text => (JsonNode?)text)]),
        };
    }

    /// <summary>Writes who said something.</summary>
    public static JsonObject Write(Origin origin) => new() { ["kind"] = origin.Kind, ["name"] = origin.Name, ["location"] = origin.Location, ["rule"] = origin.Rule };

    /// <summary>Writes those who were not heard.</summary>
    public static JsonArray Write(IEnumerable<OverruledSetting> overruled) =>
        new([.. overruled.Select(o => new JsonObject { ["value"] = o.Value, ["origin"] = Write(o.Origin) })]);

    private static JsonObject Backend(BackendExplanation backend, ImmutableArray<TokenPlace> places) => new()
    {
        ["backend"] = backend.Cluster,
        ["percent"] = Math.Round(backend.Percent, 4),
        ["error"] = backend.Error,
        ["path"] = ShownRequest.Target(backend.Target, places),
        ["shadowDenied"] = backend.IsShadowDenied,
        ["limit"] = backend.Limit,
        ["steps"] = new JsonArray([.. backend.Steps.Select(Step)]),
    };

    private static JsonObject Step(ExplanationStep step) => new()
    {
        ["sidecar"] = step.Sidecar,
        ["topic"] = step.Topic,
        ["decision"] = step.Decision,
        ["ends"] = step.IsEnd,
        ["origin"] = Write(step.Origin),
        ["details"] = new JsonArray([.. step.Details.Select(d => new JsonObject { ["text"] = d.Text, ["verdict"] = Word(d.Verdict), ["origin"] = Write(d.Origin) })]),
    };

    private static string Word(DetailVerdict verdict) => verdict switch
    {
        DetailVerdict.Decides => "decides",
        DetailVerdict.DoesNotMatch => "does not match",
        DetailVerdict.Overruled => "overruled",
        _ => "not reached",
    };

    private static JsonArray Pairs(IEnumerable<KeyValuePair<string, string>> pairs) => new([.. pairs.Select(p => new JsonObject { ["name"] = p.Key, ["value"] = p.Value })]);
}
