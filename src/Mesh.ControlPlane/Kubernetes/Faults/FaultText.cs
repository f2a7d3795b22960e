using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Compilation;
using Mesh.Model.Policies.Fault;
using Mesh.Model.Serialization;
using Mesh.Yaml;

namespace Mesh.ControlPlane.Kubernetes.Faults;

/// <summary>Faults as a text that replicas of the control plane share. What of it is not a fault that could have begun is none.</summary>
internal static class FaultText
{
    private const int IdLength = 8;

    /// <summary>The text; empty: there is none.</summary>
    public static string Write(IEnumerable<FaultLease> leases)
    {
        var list = new JsonArray([.. leases.Select(lease => (JsonNode)new JsonObject
        {
            ["id"] = lease.Id,
            ["by"] = lease.By,
            ["startedAt"] = lease.StartedAt.ToString("O", CultureInfo.InvariantCulture),
            ["endsAt"] = lease.EndsAt.ToString("O", CultureInfo.InvariantCulture),
            ["fault"] = JsonNode.Parse(JsonDocumentWriter.Write(FaultReader.Write(lease.Request))),
        })]);
        return list.Count == 0 ? "" : list.ToJsonString();
    }

    /// <summary>Reads it.</summary>
    /// <param name="text">The text; <see langword="null"/> and empty: there is none.</param>
    /// <param name="now">The time: what has ended is left out, and what would end later than a fault may is none.</param>
    /// <param name="refused">How many of it are none.</param>
    public static ImmutableArray<FaultLease> Read(string? text, DateTimeOffset now, out int refused)
    {
        refused = 0;
        if (string.IsNullOrEmpty(text))
        {
            return [];
        }

        JsonArray? list;
        try
        {
            list = JsonNode.Parse(text) as JsonArray;
        }
        catch (JsonException)
        {
            list = null;
        }

        if (list is null)
        {
            refused = 1;
            return [];
        }

        var leases = ImmutableArray.CreateBuilder<FaultLease>();
        foreach (var node in list)
        {
            if (leases.Count == FaultLeases.MostAtATime || ReadOne(node) is not { } lease || lease.EndsAt > now + FaultRequest.Longest)
            {
                refused++;
            }
            else if (lease.EndsAt > now && !leases.Any(known => known.Id == lease.Id))
            {
                leases.Add(lease);
            }
        }

        return leases.ToImmutable();
    }

    private static FaultLease? ReadOne(JsonNode? node)
    {
        if (node is not JsonObject said || Text(said, "id") is not { Length: IdLength } id || !id.All(char.IsAsciiHexDigit) || Text(said, "by") is not { } by
            || Time(said, "startedAt") is not { } started || Time(said, "endsAt") is not { } ends || said["fault"] is not { } fault
            || DocumentReader.ReadJson(fault.ToJsonString(), "fault").Documents is not [var document])
        {
            return null;
        }

        var request = FaultReader.Read(document, out var violations);
        return violations.IsEmpty ? new FaultLease(id, by, request, started, ends) : null;
    }

    private static string? Text(JsonObject said, string name) => said[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static DateTimeOffset? Time(JsonObject said, string name) =>
        DateTimeOffset.TryParse(Text(said, name), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? time : null;
}
