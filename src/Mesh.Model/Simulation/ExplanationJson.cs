using System.Text.Json.Nodes;
using Mesh.Model.Compilation;

namespace Mesh.Model.Simulation;

/// <summary>Explanations as the API and <c>--output json</c> write them.</summary>
public static class ExplanationJson
{
    /// <summary>Writes an explanation.</summary>
    public static JsonObject Write(RequestExplanation explanation)
    {
        var request = explanation.Request;
        return new JsonObject
        {
            ["request"] = new JsonObject
            {
                ["caller"] = request.Caller?.ToString() ?? request.Identity,
                ["callee"] = request.Callee.ToString(),
                ["method"] = request.Method,
                ["path"] = request.Target,
                ["headers"] = Pairs(request.Headers.Select(Shown)),
                ["claims"] = Pairs(request.Claims),
            },
            ["summary"] = explanation.Summary,
            ["passes"] = explanation.Passes,
            ["error"] = explanation.Error,
            ["status"] = explanation.Status,
            ["route"] = explanation.Route,
            ["steps"] = new JsonArray([.. explanation.Steps.Select(Step)]),
            ["backends"] = new JsonArray([.. explanation.Backends.Select(Backend)]),
            ["copies"] = new JsonArray([.. explanation.Copies.Select(Backend)]),
            ["shadow"] = new JsonArray([.. explanation.Shadow.Select(text => (JsonNode?)text)]),
        };
    }

    /// <summary>Writes who said something.</summary>
    public static JsonObject Write(Origin origin) => new() { ["kind"] = origin.Kind, ["name"] = origin.Name, ["location"] = origin.Location, ["rule"] = origin.Rule };

    /// <summary>Writes those who were not heard.</summary>
    public static JsonArray Write(IEnumerable<OverruledSetting> overruled) =>
        new([.. overruled.Select(o => new JsonObject { ["value"] = o.Value, ["origin"] = Write(o.Origin) })]);

    private static JsonObject Backend(BackendExplanation backend) => new()
    {
        ["backend"] = backend.Cluster,
        ["percent"] = Math.Round(backend.Percent, 4),
        ["error"] = backend.Error,
        ["path"] = backend.Target,
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

    // An explanation is shown around; what it was asked with is not to get about with it.
    private static KeyValuePair<string, string> Shown(KeyValuePair<string, string> header) =>
        header.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase) || header.Key.Equals("Cookie", StringComparison.OrdinalIgnoreCase) ? KeyValuePair.Create(header.Key, "(not shown)") : header;

    private static JsonArray Pairs(IEnumerable<KeyValuePair<string, string>> pairs) => new([.. pairs.Select(p => new JsonObject { ["name"] = p.Key, ["value"] = p.Value })]);
}
