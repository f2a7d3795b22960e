using System.Text.Json.Nodes;
using Mesh.ControlPlane.Compilation;
using Mesh.Model.Compilation;
using Mesh.Xds.Server;

namespace Mesh.ControlPlane.Api;

/// <summary>Services whose sidecars keep what they had, for what is declared for them breaks a rule of the wire.</summary>
internal static class KeptServices
{
    /// <summary>What would be in force with another mesh: services that keep what they had now would keep it then too, unless it mends them.</summary>
    public static CompiledMesh InForce(CompilationState state, CompiledMesh after) => after.Snapshots
        .Where(service => state.Refused.ContainsKey(service.Key.ToString()) && !PreparedSnapshot.Of(service.Key.ToString(), service.Value).Violations.IsEmpty)
        .Aggregate(after, (mesh, service) => mesh.Keeping(service.Key, state.Mesh.Snapshots[service.Key], state.Mesh.Explanations[service.Key]));

    /// <summary>Says of services that what is said of them is not what is declared.</summary>
    /// <param name="state">What is in force.</param>
    /// <param name="which">Of which services; <see langword="null"/>: of all.</param>
    public static JsonArray Write(CompilationState state, IEnumerable<string>? which = null) =>
    [
        .. state.Refused
            .Where(refused => which is null || which.Contains(refused.Key))
            .Select(refused => new JsonObject
            {
                ["service"] = refused.Key,
                ["reason"] = refused.Value,
                ["note"] = $"sidecars of {refused.Key} keep what they had, permissions apart: what is declared for them cannot be told to them ({refused.Value})",
            }),
    ];

    /// <summary>The services that an explanation is about.</summary>
    public static IEnumerable<string> Of(JsonObject explanation)
    {
        var request = explanation["request"]!;
        return explanation["backends"]!.AsArray().Concat(explanation["copies"]!.AsArray())
            .Select(backend => backend!["backend"]!.ToString())
            .Concat([request["caller"]!.ToString(), request["callee"]!.ToString()])
            .Select(name => name.Count(c => c == '/') > 1 ? name[..name.LastIndexOf('/')] : name);
    }
}
