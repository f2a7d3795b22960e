using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Kubernetes.Sharing;
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
            ["startedAt"] = SharedText.Write(lease.StartedAt),
            ["endsAt"] = SharedText.Write(lease.EndsAt),
            ["fault"] = JsonNode.Parse(JsonDocumentWriter.Write(FaultReader.Write(lease.Request))),
        })]);
        return list.Count == 0 ? "" : list.ToJsonString();
    }

    /// <summary>Reads what a replica could have begun, by whatever clock: what is written back, so that none ends for all because one clock is behind.</summary>
    /// <param name="text">The text; <see langword="null"/> and empty: there is none.</param>
    /// <param name="now">The time: what has ended is left out, and what would end later than a fault may, and lasts longer than one may, is none.</param>
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
            if (leases.Count == FaultLeases.MostAtATime || SharedText.Try(() => ReadOne(node)) is not { } lease || (!IsNear(lease, now) && !LastsNoLongerThanOneMay(lease)))
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

    /// <summary>Those of them that are in force by this clock: an end that is a little too late comes of another clock and is brought forward, one that is much too late waits.</summary>
    /// <param name="leases">What was read.</param>
    /// <param name="now">The time.</param>
    public static ImmutableArray<FaultLease> InForce(ImmutableArray<FaultLease> leases, DateTimeOffset now)
    {
        var latest = now + FaultRequest.Longest;
        return [.. leases.Where(lease => IsNear(lease, now)).Select(lease => lease.EndsAt > latest ? lease with { EndsAt = latest } : lease)];
    }

    private static bool IsNear(FaultLease lease, DateTimeOffset now) => lease.EndsAt <= now + FaultRequest.Longest + SharedText.Skew;

    private static bool LastsNoLongerThanOneMay(FaultLease lease) => lease.EndsAt >= lease.StartedAt && lease.EndsAt - lease.StartedAt <= FaultRequest.Longest;

    private static FaultLease? ReadOne(JsonNode? node)
    {
        if (node is not JsonObject said || said.Text("id") is not { Length: IdLength } id || !id.All(char.IsAsciiHexDigit) || said.Text("by") is not { } by
            || said.Time("startedAt") is not { } started || said.Time("endsAt") is not { } ends || said["fault"] is not { } fault
            || DocumentReader.ReadJson(fault.ToJsonString(), "fault").Documents is not [var document])
        {
            return null;
        }

        var request = FaultReader.Read(document, out var violations);
        return violations.IsEmpty ? new FaultLease(id, by, request, started, ends) : null;
    }
}
