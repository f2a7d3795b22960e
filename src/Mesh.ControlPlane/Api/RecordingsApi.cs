using System.Text.Json.Nodes;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Store;
using Mesh.Model.Recording;
using Mesh.Model.Serialization;
using Mesh.Yaml;

namespace Mesh.ControlPlane.Api;

/// <summary>The recorder: who asks what of whom, and the least that would let it pass.</summary>
internal static class RecordingsApi
{
    private static readonly Access Use = new(ApiScopes.Debug);

    /// <summary>How long the last reports of sidecars are waited for.</summary>
    private static readonly TimeSpan LastReports = TimeSpan.FromSeconds(5);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/recordings", List).WithMetadata(Use);
        api.MapPost("/recordings", BeginAsync).WithMetadata(Use)
            .RefuseInCluster("Recordings are held by one control plane and told to the sidecars that speak with it; in a cluster there are several, so half of the calls would be missing.");
        api.MapGet("/recordings/{id}", Get).WithMetadata(Use);
        api.MapPost("/recordings/{id}/keep", Keep).WithMetadata(Use);
        api.MapPost("/recordings/{id}/end", EndAsync).WithMetadata(Use);
        api.MapGet("/recordings/{id}/policies", Policies).WithMetadata(Use);
    }

    private static IResult List(Recordings recordings, RecordingViews views) => Results.Ok(new { recordings = recordings.Latest is { } latest ? [views.Of(latest)] : Array.Empty<JsonObject>() });

    private static IResult Get(string id, Recordings recordings, RecordingViews views) => recordings.Find(id) is { } recording ? Results.Ok(views.Of(recording)) : Unknown(id);

    private static async Task<IResult> BeginAsync(HttpContext context, Recordings recordings, RecordingViews views, MeshCompiler compiler, AuditTrail trail)
    {
        var who = ApiCaller.Of(context).Name;
        if (compiler.Current is null)
        {
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, "Not yet", "The first snapshot is being made; try again in a moment.");
        }

        var (duration, wrong) = await DurationAsync(context);
        if (wrong is not null)
        {
            trail.Write(who, "record", "", null, null, "refused");
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, "Refused", "Nothing is recorded.", [wrong]);
        }

        if (!recordings.TryBegin(duration, who, out var recording))
        {
            return Problems.Of(StatusCodes.Status409Conflict, "Taken", $"{recording.By} records already, since {recording.StartedAt:u} (recording {recording.Id}); end that one first (POST /api/v1/recordings/{recording.Id}/end).");
        }

        // Before the answer, so that whoever has it can find who asked.
        trail.Write(who, "record", $"{recording.Id}: for {(int)duration.TotalSeconds} s at most", null, null);
        return Results.Created($"/api/v1/recordings/{recording.Id}", views.Of(recording));
    }

    private static IResult Keep(string id, Recordings recordings) => recordings.Keep(id) ? Results.Ok(new JsonObject { ["id"] = id, ["keepWithinSeconds"] = Recordings.Hold.TotalSeconds }) : Unknown(id);

    private static async Task<IResult> EndAsync(HttpContext context, string id, Recordings recordings, RecordingViews views, AuditTrail trail)
    {
        var sidecars = views.Sidecars;
        if (recordings.End(id))
        {
            trail.Write(ApiCaller.Of(context).Name, "record end", id, null, null);
            await recordings.UntilFinalAsync(id, sidecars, LastReports, context.RequestAborted);
        }

        return recordings.Find(id) is { } recording ? Results.Ok(views.Of(recording)) : Unknown(id);
    }

    private static IResult Policies(string id, string? format, Recordings recordings, MeshCompiler compiler)
    {
        if (recordings.Find(id) is not { } recording || compiler.Current is not { } state)
        {
            return Unknown(id);
        }

        var topology = state.Configuration.Topology;
        return format switch
        {
            null or "yaml" => Results.Text(RecordingViews.Yaml(recording, topology), "application/yaml"),
            "csharp" => Results.Text(RecordingViews.CSharp(recording, topology), "text/plain"),
            _ => Problems.Of(StatusCodes.Status400BadRequest, "Format", $"format={format}: must be yaml or csharp."),
        };
    }

    private static async Task<(TimeSpan Duration, DocumentViolation? Wrong)> DurationAsync(HttpContext context)
    {
        var text = await PolicyRequest.ReadTextAsync(context.Request, context.RequestAborted);
        if (string.IsNullOrWhiteSpace(text))
        {
            return (RecordingOrder.Longest, null);
        }

        var read = DocumentReader.ReadJson(text, "request");
        if (read.Documents is not [var document] || document.Root is not ObjectNode root || root.Members.Any(m => m.Name != "duration"))
        {
            return (default, new DocumentViolation(null, "(request)", "must be one JSON object with at most a duration", null));
        }

        if (root.Members is not [{ Value: ScalarNode scalar }])
        {
            return root.Members.IsEmpty ? (RecordingOrder.Longest, null) : (default, new DocumentViolation(null, "duration", "must be text, such as 2m", null));
        }

        return Model.Policies.Duration.TryParse(scalar.Text, out var duration) && duration > TimeSpan.Zero && duration <= RecordingOrder.Longest
            ? (duration, null)
            : (default, new DocumentViolation(null, "duration", $"must be a duration up to {RecordingOrder.Longest.TotalHours:0}h, such as 2m, but is {scalar.Describe()}", null));
    }

    private static IResult Unknown(string id) => Problems.NotFound($"recording {id}; only the last one is kept");
}
