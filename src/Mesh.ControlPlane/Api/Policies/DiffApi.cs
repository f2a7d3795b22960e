using System.Text.Json.Nodes;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Store;
using Mesh.Model.Bootstrap;
using Mesh.Model.Comparison;
using Mesh.Model.Compilation;
using Mesh.Model.Identity;

namespace Mesh.ControlPlane.Api;

/// <summary>What would change: with policies that are proposed, and with those that are rehearsed. Nothing is written.</summary>
internal static class DiffApi
{
    private static readonly Access Read = new(ApiScopes.Read, BrowserSession: true);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/diff", DiffAsync).WithMetadata(Read);
        api.MapGet("/shadow", Shadow).WithMetadata(Read);
    }

    private static async Task<IResult> DiffAsync(HttpContext context, ConfigurationStore store, MeshCompiler compiler, ControlPlaneSettings settings)
    {
        var request = await PolicyRequest.ReadAsync(context.Request, context.RequestAborted);
        if (!request.Violations.IsEmpty)
        {
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, "Refused", "What is proposed could not be applied.", request.Violations);
        }

        if (compiler.Current is not { } state)
        {
            return NotYet();
        }

        // What is proposed as a rehearsal is looked at as if it were meant.
        var keys = request.Changes.Select(c => c.Key).ToHashSet();
        var proposed = MeshConfiguration.Of(TrustDomain.Parse(settings.TrustDomain), store.Preview(request.Changes).InForce);
        var after = KeptServices.InForce(state, proposed.Rehearse(p => keys.Contains(p.Key)));
        var known = state.Findings.Select(f => f.ToString()).ToHashSet(StringComparer.Ordinal);
        return Results.Ok(new
        {
            changes = MeshChangeJson.Write(MeshDiff.Between(state.Mesh, after)),
            warnings = proposed.Warnings.Concat(after.Findings).Where(f => !known.Contains(f.ToString())).Select(SourcesApi.Warning),
            kept = KeptServices.Write(state),
        });
    }

    private static IResult Shadow(MeshCompiler compiler)
    {
        if (compiler.Current is not { } state)
        {
            return NotYet();
        }

        var rehearsed = state.Configuration.Rehearsed;
        return Results.Ok(new
        {
            policies = rehearsed.All.Select(p => new { kind = p.Kind, @namespace = p.Metadata.Namespace, name = p.Metadata.Name, location = p.Origin.Location }),
            changes = rehearsed.Count == 0 ? new JsonArray() : MeshChangeJson.Write(MeshDiff.Between(state.Mesh, KeptServices.InForce(state, state.Configuration.Rehearse()))),
        });
    }

    private static IResult NotYet() => Problems.Of(StatusCodes.Status503ServiceUnavailable, "Not yet", "The first snapshot is being made; try again in a moment.");
}
