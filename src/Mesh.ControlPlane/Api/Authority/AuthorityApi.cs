using Mesh.ControlPlane.Authority;
using Mesh.Model.Bootstrap;

namespace Mesh.ControlPlane.Api;

/// <summary>What is trusted, and the three steps by which a root is replaced.</summary>
internal static class AuthorityApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/trust-bundle", Bundle).WithMetadata(new Access(ApiScopes.Read));
        api.MapGet("/authority", (IServiceProvider services) => Results.Ok(View(services))).WithMetadata(new Access(ApiScopes.Read, BrowserSession: true));
        api.MapPost("/authority/rotate", RotateAsync).WithMetadata(new Access(ApiScopes.Apply));
    }

    private static IResult Bundle(ISigningAuthority authority, ControlPlaneSettings settings) => Results.Ok(new
    {
        trustDomain = settings.TrustDomain,
        grpc = settings.GrpcAddress,
        roots = authority.Current.Bundle.Roots.Select(r => r.ExportCertificatePem()),
    });

    private static async Task<IResult> RotateAsync(HttpContext context, RotateRequest request, IServiceProvider services, AuditTrail trail)
    {
        if (services.GetService<OwnAuthority>() is not { } authority)
        {
            return Problems.Of(StatusCodes.Status409Conflict, "Not ours to rotate", "The authority comes from files of the settings: put the new files there; they are read again when they change.");
        }

        if (request.Step is not ("add" or "switch" or "retire"))
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "Request refused", "Nothing was changed.", [new(null, "step", $"must be add, switch or retire but is '{request.Step}'", null)]);
        }

        var before = Names(authority);
        using var intent = trail.Begin(ApiCaller.Of(context).Name, "rotate", $"roots: {request.Step}", before);
        try
        {
            _ = request.Step switch
            {
                "add" => await authority.AddRootAsync(context.RequestAborted),
                "switch" => await authority.SwitchSignerAsync(request.Force, context.RequestAborted),
                _ => await authority.RetireRootAsync(request.Force, context.RequestAborted),
            };
        }
        catch (AuthorityException e)
        {
            intent.Refused();
            return Problems.Of(StatusCodes.Status409Conflict, "Not now", e.Message);
        }

        intent.Done(Names(authority));
        return Results.Ok(View(services));
    }

    private static string Names(OwnAuthority authority) => string.Join('+', authority.Roots.Select(r => $"{r.Id} {r.State}"));

    private static object View(IServiceProvider services)
    {
        var chain = services.GetRequiredService<ISigningAuthority>().Current;
        var own = services.GetService<OwnAuthority>();
        return new
        {
            kind = own is null ? "files" : "own",
            roots = chain.Bundle.Roots.Select(root => new
            {
                id = CertificatePem.Id(root),
                state = own?.Roots.FirstOrDefault(r => r.Id == CertificatePem.Id(root))?.State.ToString() ?? "Active",
                notAfter = root.NotAfter.ToUniversalTime(),
            }),
            signer = new { id = CertificatePem.Id(chain.Signer), notAfter = chain.Signer.NotAfter.ToUniversalTime() },
        };
    }

    /// <summary>One step of a rotation.</summary>
    /// <param name="Step"><c>add</c>, <c>switch</c>, <c>retire</c>, in this order.</param>
    /// <param name="Force">Does not wait until no live certificate is cut off by it.</param>
    internal sealed record RotateRequest(string? Step, bool Force = false);
}
