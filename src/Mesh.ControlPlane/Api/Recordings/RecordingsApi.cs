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
        var recordings = api.MapGroup("").WithMetadata(Use).SayUnreachable("A recording that runs ends by itself.");
        recordings.MapGet("/recordings", ListAsync);
        recordings.MapPost("/recordings", BeginAsync);
        recordings.MapGet("/recordings/{id}", GetAsync);
        recordings.MapPost("/recordings/{id}/keep", KeepAsync);
        recordings.MapPost("/recordings/{id}/end", EndAsync);
        recordings.MapGet("/recordings/{id}/policies", PoliciesAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext context, Recordings recordings, RecordingViews views) =>
        Results.Ok(new { recordings = recordings.Latest is { } latest && await views.FindAsync(latest.Id, context.RequestAborted) is { } recording ? [views.Of(recording)] : Array.Empty<JsonObject>() });

    private static async Task<IResult> GetAsync(HttpContext context, string id, RecordingViews views) =>
        await views.FindAsync(id, context.RequestAborted) is { } recording ? Results.Ok(views.Of(recording)) : Unknown(id);

    private static async Task<IResult> BeginAsync(HttpContext context, IRecordingHolder holder, RecordingViews views, MeshCompiler compiler, AuditTrail trail)
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

        using var intent = trail.Begin(who, "record", $"for {(int)duration.TotalSeconds} s at most");
        var (begun, isNew) = await holder.BeginAsync(duration, who, context.RequestAborted);
        if (!isNew)
        {
            intent.Nothing();
            return Problems.Of(StatusCodes.Status409Conflict, "Taken", $"{begun.By} records already, since {begun.StartedAt:u} (recording {begun.Id}); end that one first (POST /api/v1/recordings/{begun.Id}/end).");
        }

        // Before the answer, so that whoever has it can find who asked.
        intent.DoneAs($"{begun.Id}: for {(int)duration.TotalSeconds} s at most", null, null);
        return await views.FindAsync(begun.Id, context.RequestAborted) is { } recording ? Results.Created($"/api/v1/recordings/{begun.Id}", views.Of(recording)) : Unknown(begun.Id);
    }

    private static async Task<IResult> KeepAsync(HttpContext context, string id, IRecordingHolder holder) =>
        await holder.KeepAsync(id, context.RequestAborted) ? Results.Ok(new JsonObject { ["id"] = id, ["keepWithinSeconds"] = RecordingState.Hold.TotalSeconds }) : Unknown(id);

    private static async Task<IResult> EndAsync(HttpContext context, string id, IRecordingHolder holder, RecordingViews views, AuditTrail trail)
    {
        var sidecars = await views.SidecarsAsync(context.RequestAborted);
        using var intent = trail.Begin(ApiCaller.Of(context).Name, "record end", id);
        if (await holder.EndAsync(id, context.RequestAborted))
        {
            intent.Done();
            await views.UntilFinalAsync(id, sidecars, LastReports, context.RequestAborted);
        }
        else
        {
            intent.Nothing();
        }

        return await views.FindAsync(id, context.RequestAborted) is { } recording ? Results.Ok(views.Of(recording)) : Unknown(id);
    }

    private static async Task<IResult> PoliciesAsync(HttpContext context, string id, string? format, RecordingViews views, MeshCompiler compiler)
    {
        if (await views.FindAsync(id, context.RequestAborted) is not { } recording || compiler.Current is not { } state)
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
