using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Discovery;
using Mesh.Model.Recording;
using Mesh.Model.Serialization;
using Mesh.Model.Topology;
using Mesh.Xds.Wire;
using Mesh.Yaml;

namespace Mesh.ControlPlane.Api;

/// <summary>Recordings as the API shows them: as they are, and as the policies that they suggest.</summary>
internal sealed class RecordingViews(MeshCompiler compiler, ProxyDirectory directory, Recordings recordings, IRecordingPeers others, IPeerStreams peers)
{
    /// <summary>The sidecars that are connected, here or elsewhere, and so told of it.</summary>
    public async Task<ImmutableArray<(ServiceId Service, string Replica)>> SidecarsAsync(CancellationToken cancellationToken)
    {
        await peers.RefreshAsync(cancellationToken);
        return [.. directory.Proxies.Where(p => p.Stream is not null).Select(p => (p.Service, p.Replica))];
    }

    /// <summary>What one has seen until now, here and elsewhere.</summary>
    /// <returns><see langword="null"/>: there is none of that id; only the last one is kept.</returns>
    public async Task<MeshRecording?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (recordings.Latest?.Id != id)
        {
            return null;
        }

        await peers.RefreshAsync(cancellationToken);
        return recordings.Find(id, await others.SeenAsync(id, cancellationToken));
    }

    /// <summary>Waits for the last reports.</summary>
    public Task UntilFinalAsync(string id, ImmutableArray<(ServiceId Service, string Replica)> sidecars, TimeSpan within, CancellationToken cancellationToken) =>
        recordings.UntilFinalAsync(id, sidecars, within, others, cancellationToken);

    /// <summary>All of one.</summary>
    public JsonObject Of(MeshRecording recording)
    {
        // In this order: what was applied was published before the sidecars are looked at.
        var applied = compiler.AreLeasesApplied;
        return new()
        {
            ["id"] = recording.Id,
            ["by"] = recording.By,
            ["startedAt"] = recording.StartedAt,
            ["endedAt"] = recording.EndedAt,
            ["requests"] = recording.Edges.Sum(e => e.Total),
            ["edges"] = new JsonArray([.. recording.Edges.Select(Of)]),
            ["unlistedEdges"] = recording.UnlistedEdges,
            ["silent"] = new JsonArray([.. recording.Silent.Select(name => (JsonNode)name)]),
            ["gaps"] = new JsonArray([.. recording.Gaps.Select(gap => (JsonNode)gap)]),
            ["sidecars"] = new JsonArray([.. directory.Proxies.Where(p => p.Stream is not null).Select(p => new JsonObject
            {
                ["service"] = p.Service.ToString(),
                ["replica"] = p.Replica,
                ["acknowledged"] = applied && recording.EndedAt is null && Has(p),
            })]),
        };
    }

    /// <summary>What it suggests, as documents.</summary>
    public static string Yaml(MeshRecording recording, MeshTopology topology)
    {
        var text = Head(recording, topology, "#");
        foreach (var (document, i) in RecordedPolicies.Of(recording, topology).Select((d, i) => (d, i)))
        {
            text.Append(i == 0 ? "" : "---\n");
            foreach (var note in document.Notes)
            {
                text.Append(CultureInfo.InvariantCulture, $"# {note}\n");
            }

            text.Append(YamlDocumentWriter.Write(ResourceWriter.Write(document.Policy)).TrimEnd()).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>What it suggests, as lines of an AppHost.</summary>
    public static string CSharp(MeshRecording recording, MeshTopology topology) =>
        Head(recording, topology, "//").Append("// Variables are named after their resources: mesh is what AddMesh returned.\n\n").Append(RecordedCSharp.Write(recording, topology)).ToString();

    private static StringBuilder Head(MeshRecording recording, MeshTopology topology, string comment)
    {
        var text = new StringBuilder();
        Line($"Recorded from {recording.StartedAt:u} to {(recording.EndedAt is { } end ? $"{end:u}" : "now, and it goes on")}: {recording.Edges.Sum(e => e.Total)} requests and connections.");
        Line($"What is not in it will be refused to the callers that are in it. Look through it before it goes into force.");
        if (recording.UnlistedEdges > 0)
        {
            Line($"Not complete: there was no room for {recording.UnlistedEdges} calls of further callers (at most {Recordings.MostEdges} edges, {Recordings.MostEdgesOfService} to one service).");
        }

        foreach (var silent in recording.Silent)
        {
            Line($"Not complete: the last report of {silent} did not come.");
        }

        foreach (var gap in recording.Gaps)
        {
            Line($"Not complete: {gap}.");
        }

        foreach (var edge in RecordedPolicies.Unused(recording, topology))
        {
            Line($"Declared, and nothing was seen of it: {edge.Caller} -> {edge.Callee}{(edge.Port is null ? "" : $"/{edge.Port}")}{(edge.Origin.Location is null ? "" : $" ({edge.Origin.Location})")}");
        }

        return text;

        void Line(FormattableString line) => text.Append(comment).Append(' ').Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static JsonObject Of(RecordedEdge edge) => new()
    {
        ["caller"] = edge.Seen.Caller,
        ["callee"] = edge.Callee.ToString(),
        ["protocol"] = edge.Protocol.ToWord(),
        ["requests"] = edge.Total,
        ["refused"] = edge.Seen.Refused,
        ["ambiguous"] = edge.Seen.Ambiguous,
        ["unlisted"] = edge.Seen.Unlisted,
        ["operations"] = new JsonArray([.. edge.Seen.Operations.OrderBy(o => o.Key.Template, StringComparer.Ordinal).ThenBy(o => o.Key.Method, StringComparer.Ordinal).Select(o => new JsonObject
        {
            ["method"] = o.Key.Method,
            ["path"] = o.Key.Template,
            ["grpc"] = o.Key.IsGrpc,
            ["requests"] = o.Value.Total,
            ["clientErrors"] = o.Value.ClientErrors,
            ["serverErrors"] = o.Value.ServerErrors,
            ["open"] = o.Value.Open,
            ["p50Ms"] = Milliseconds(o.Value, 0.5),
            ["p99Ms"] = Milliseconds(o.Value, 0.99),
        })]),
    };

    private static JsonNode? Milliseconds(OperationCount count, double share) =>
        LatencyBuckets.Quantile(count.Durations, share) is { } duration ? Math.Round(duration.TotalMilliseconds, 1) : null;

    private static bool Has(ProxyView proxy) =>
        proxy.Wanted.TryGetValue(TypeUrls.Recording, out var wanted) && proxy.Stream?.Types.GetValueOrDefault(TypeUrls.Recording)?.AckedVersion == wanted;
}
