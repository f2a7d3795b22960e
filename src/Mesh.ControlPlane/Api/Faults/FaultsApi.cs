using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Discovery;
using Mesh.ControlPlane.Store;
using Mesh.Model.Policies.Fault;
using Mesh.Model.Serialization;
using Mesh.Yaml;

namespace Mesh.ControlPlane.Api;

/// <summary>Faults on purpose, each for a limited time and with somebody's name on it.</summary>
internal static class FaultsApi
{
    private static readonly Access Read = new(ApiScopes.Read, BrowserSession: true);
    private static readonly Access Write = new(ApiScopes.Debug);

    public static void Map(IEndpointRouteBuilder api)
    {
        var faults = api.MapGroup("").SayUnreachable("Faults that live end by themselves.");
        faults.MapGet("/faults", ListAsync).WithMetadata(Read);
        faults.MapPost("/faults", BeginAsync).WithMetadata(Write);
        faults.MapGet("/faults/{id}", GetAsync).WithMetadata(Read);
        faults.MapDelete("/faults/{id}", EndAsync).WithMetadata(Write);
    }

    private static async Task<IResult> ListAsync(HttpContext context, FaultLeases leases, FaultViews views, IPeerStreams peers)
    {
        await peers.RefreshAsync(context.RequestAborted);
        return Results.Ok(new { faults = leases.Live.Select(views.Of) });
    }

    private static async Task<IResult> GetAsync(HttpContext context, string id, FaultLeases leases, FaultViews views, IPeerStreams peers)
    {
        await peers.RefreshAsync(context.RequestAborted);
        return leases.Live.FirstOrDefault(lease => lease.Id == id) is { } lease ? Results.Ok(views.Of(lease)) : Problems.NotFound($"fault {id}; it may have ended");
    }

    private static async Task<IResult> BeginAsync(HttpContext context, IFaultHolder holder, FaultViews views, MeshCompiler compiler, AuditTrail trail)
    {
        var who = ApiCaller.Of(context).Name;
        if (compiler.Current is not { } state)
        {
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, "Not yet", "The first snapshot is being made; try again in a moment.");
        }

        if (await PolicyRequest.ReadTextAsync(context.Request, context.RequestAborted) is not { } text)
        {
            return Refused(trail, who, "", [new DocumentViolation(null, "(request)", $"is longer than {MeshDocument.MaxBytes} bytes", null)]);
        }

        var documents = DocumentReader.ReadJson(text, "request");
        if (!documents.Violations.IsEmpty || documents.Documents is not [var document])
        {
            return Refused(trail, who, "", documents.Violations.IsEmpty
                ? [new DocumentViolation(null, "(request)", "must be one JSON object with to, duration and what goes wrong", null)]
                : [.. documents.Violations.Select(v => DocumentViolation.Of(v))]);
        }

        var request = FaultReader.Read(document, out var violations);
        violations = violations.IsEmpty ? FaultCompiler.Check(request, state.Mesh.Snapshots) : violations;
        if (!violations.IsEmpty)
        {
            return Refused(trail, who, request.To, [.. violations.Select(v => DocumentViolation.Of(v))]);
        }

        using var intent = trail.Begin(who, "fault", $"{request.To} for {(int)request.Duration!.Value.TotalSeconds} s");
        if (await holder.BeginAsync(request, who, context.RequestAborted) is not { } lease)
        {
            intent.Nothing();
            return Problems.Of(StatusCodes.Status409Conflict, "Too many", $"There are {FaultLeases.MostAtATime} faults already; end one (DELETE /api/v1/faults/<id>).");
        }

        // Before the answer, so that whoever has it can find who asked.
        intent.DoneAs($"{lease.Id}: {request.To} for {(int)request.Duration!.Value.TotalSeconds} s", null, ContentHash.Of(JsonDocumentWriter.Write(FaultReader.Write(request))));
        return Results.Created($"/api/v1/faults/{lease.Id}", views.Of(lease));
    }

    private static async Task<IResult> EndAsync(HttpContext context, string id, IFaultHolder holder, AuditTrail trail)
    {
        using var intent = trail.Begin(ApiCaller.Of(context).Name, "fault end", id);
        if (await holder.EndAsync(id, context.RequestAborted) is not { } ended)
        {
            intent.Nothing();
            return Problems.NotFound($"fault {id}; it may have ended");
        }

        intent.DoneAs(id, ContentHash.Of(JsonDocumentWriter.Write(FaultReader.Write(ended.Request))), null);
        return Results.Ok(new JsonObject { ["id"] = id, ["result"] = "ended" });
    }

    private static IResult Refused(AuditTrail trail, string who, string target, ImmutableArray<DocumentViolation> violations)
    {
        trail.Write(who, "fault", target, null, null, "refused");
        return Problems.Of(
            StatusCodes.Status422UnprocessableEntity, "Refused", $"Nothing goes wrong: {violations.Length} {(violations.Length == 1 ? "thing is" : "things are")} not as they have to be.", violations);
    }
}
