using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Kubernetes.Documents;
using Mesh.ControlPlane.Store;
using Mesh.Model.Serialization;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Kubernetes.Status;

/// <summary>The status of a custom resource. Pure.</summary>
internal static class ResourceStatus
{
    // Kubernetes' limit is 32,768.
    private const int MaxMessage = 4096;

    /// <summary>Makes the status.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="state">What is in force, compiled with this resource.</param>
    /// <param name="services">The services whose sidecars do something because of it.</param>
    /// <param name="concerned">How many sidecars do something because of it.</param>
    /// <param name="acknowledged">How many of them have acknowledged all that there is for them.</param>
    /// <param name="now">The time.</param>
    /// <param name="refusals">What those that have not acknowledged it say.</param>
    /// <returns>A merge patch of the status; <see langword="null"/>: it says so already.</returns>
    public static JsonObject? Of(CustomResource resource, CompilationState state, IReadOnlyCollection<ServiceId> services, int concerned, int acknowledged, DateTimeOffset now, params string[] refusals)
    {
        var entry = resource.Entry;
        var warnings = state.Warnings.Where(w => w.Resource == resource.Key).Select(w => $"{w.Rule.Id} {w.Path}: {w.Message}").ToArray();
        var accepted = entry.IsGood
            ? warnings.Length == 0
                ? Condition("Accepted", true, "Accepted", "Nothing is wrong with it.")
                // As in Gateway API: a route or policy that is attached to nothing is not accepted; one that is to something, with reservations.
                : services.Count == 0 && References.Unattached(resource.Key, state) is var (reason, message)
                ? Condition("Accepted", false, reason, message)
                : Condition("Accepted", true, "AcceptedWithWarnings", string.Join("; ", warnings))
            : Condition("Accepted", false, "Invalid", string.Join("; ", entry.Violations.Select(v => $"{v.Path}: {v.Message}")));
        var references = entry.IsGood ? References.Of(resource.Key, state) : null;
        var refused = services.Select(s => state.Refused.GetValueOrDefault(s.ToString()) is { } why ? $"{s}: {why}" : null).OfType<string>().ToArray();
        var programmed = (entry.IsGood, acknowledged == concerned) switch
        {
            (true, _) when refused.Length > 0 => Condition("Programmed", false, "Refused", $"What these services should do cannot be told to their sidecars; they keep the last good configuration, its permissions apart. {string.Join("; ", refused)}"),
            (false, _) => Condition("Programmed", false, "NotAccepted", entry.LastGood.IsEmpty ? "Nothing of it is in force but what it denies." : "Its last good version stays in force, its permissions apart."),
            (_, false) when refusals.Length > 0 => Condition("Programmed", false, "RefusedBySidecars", $"{acknowledged} of {concerned} sidecars have it in force. {string.Join("; ", refusals)}"),
            (_, false) => Condition("Programmed", false, "Pending", $"{acknowledged} of {concerned} sidecars have it in force."),
            _ => Condition("Programmed", true, "Programmed", concerned == 0 ? "It concerns no sidecar that is there." : $"All {concerned} sidecars have it in force."),
        };
        var status = new JsonObject
        {
            ["observedGeneration"] = resource.Generation,
            ["proxies"] = new JsonObject { ["concerned"] = concerned, ["acknowledged"] = acknowledged },
            ["conditions"] = references is var (holds, why, what) ? new JsonArray(accepted, programmed, Condition(References.Type, holds, why, what)) : new JsonArray(accepted, programmed),

            // For a replica that starts while it is bad. A null takes it out of the status.
            ["lastGood"] = LastGood(entry),
        };
        return Says(resource.Status, status) ? null : status;

        JsonObject Condition(string type, bool holds, string reason, string message)
        {
            var before = Before(resource.Status, type);
            var word = holds ? "True" : "False";
            return new JsonObject
            {
                ["type"] = type,
                ["status"] = word,
                ["observedGeneration"] = resource.Generation,
                ["lastTransitionTime"] = (string?)before?["status"] == word && (string?)before["lastTransitionTime"] is { } since ? since : now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                ["reason"] = reason,
                ["message"] = message.Length > MaxMessage ? $"{message[..MaxMessage]}…" : message,
            };
        }
    }

    private static JsonNode? Before(JsonObject? status, string type) => (status?["conditions"] as JsonArray ?? []).FirstOrDefault(c => (string?)c?["type"] == type);

    private static bool Says(JsonObject? there, JsonObject wanted) => there is not null && wanted.All(w => JsonNode.DeepEquals(there[w.Key], w.Value));

    private static string? LastGood(SourceEntry entry) =>
        entry.IsGood || entry.LastGood is not [var only] ? null : JsonDocumentWriter.Write(ResourceWriter.Write(only));
}
