using System.Text.Json.Nodes;
using Mesh.Model.Simulation;

namespace Mesh.Model.Comparison;

/// <summary>Changes as the API and <c>--output json</c> write them.</summary>
public static class MeshChangeJson
{
    /// <summary>Writes changes.</summary>
    public static JsonArray Write(IEnumerable<MeshChange> changes) => new([.. changes.Select(change => new JsonObject
    {
        ["service"] = change.Service.ToString(),
        ["where"] = change.Where,
        ["setting"] = change.Setting,
        ["before"] = change.Before,
        ["beforeOrigin"] = change.BeforeOrigin is { } old ? ExplanationJson.Write(old) : null,
        ["after"] = change.After,
        ["afterOrigin"] = change.AfterOrigin is { } made ? ExplanationJson.Write(made) : null,
    })]);
}
