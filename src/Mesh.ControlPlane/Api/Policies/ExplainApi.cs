using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Store;
using Mesh.Model.Simulation;

namespace Mesh.ControlPlane.Api;

/// <summary>What the mesh would do with a request, and who said so. Nothing is sent.</summary>
internal static class ExplainApi
{
    // Of a name that is there twice one reader takes the first, and another the last.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/explain", ExplainAsync).WithMetadata(new Access(ApiScopes.Read, BrowserSession: true));

    private static async Task<IResult> ExplainAsync(HttpContext context, MeshCompiler compiler, FaultLeases leases, TimeProvider time)
    {
        if (compiler.Current is not { } state)
        {
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, "Not yet", "The first snapshot is being made; try again in a moment.");
        }

        if (await ReadAsync(context) is not { } body)
        {
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, "Refused", "The body must be one JSON object with caller, callee, method and path, and no name twice.");
        }

        var request = SimulatedRequestReader.Read(body, state.Configuration.Topology, out var violations) with { At = time.GetUtcNow() };
        if (!violations.IsEmpty)
        {
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, "Refused", "The request cannot be explained.", [.. violations.Select(v => DocumentViolation.Of(v))]);
        }

        var faults = request.Caller is { } caller ? leases.For(caller, state.Mesh.Snapshots[caller]) : [];
        var explanation = ExplanationJson.Write(RequestSimulator.Explain(state.Configuration, state.Mesh, request, faults, after => KeptServices.InForce(state, after)));
        explanation["kept"] = KeptServices.Write(state, KeptServices.Of(explanation));
        return Results.Ok(explanation);
    }

    private static async Task<JsonObject?> ReadAsync(HttpContext context)
    {
        if (await PolicyRequest.ReadTextAsync(context.Request, context.RequestAborted) is not { } text)
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(text, documentOptions: Strict) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
