using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Store;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Api;

/// <summary>Issues the tokens with which sidecars get their first certificate.</summary>
internal static class TokensApi
{
    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/tokens", Issue)
        .WithMetadata(new Access(ApiScopes.Token))
        .RefuseInCluster("In a cluster a sidecar proves who it is by the projected token of its pod; there is none to issue.");

    private static IResult Issue(HttpContext context, TokenRequest request, IdentityTokens tokens, AuditTrail trail)
    {
        var violations = new List<DocumentViolation>();
        if (!ServiceId.TryParse(request.Service, ServiceId.DefaultNamespace, out var service))
        {
            violations.Add(new(null, "service", $"must be a name or namespace/name of DNS labels but is '{request.Service}'", null));
        }
        else if (service is { Namespace: "mesh-system", Name: "control-plane" })
        {
            violations.Add(new(null, "service", "is the control plane itself, which needs no token; name a service", null));
        }

        var lifetime = request.LifetimeSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : IdentityTokens.DefaultLifetime;
        if (lifetime <= TimeSpan.Zero || lifetime > IdentityTokens.MaxLifetime)
        {
            violations.Add(new(null, "lifetimeSeconds", $"must be 1 to {IdentityTokens.MaxLifetime.TotalSeconds} but is {request.LifetimeSeconds}; leave it out for {IdentityTokens.DefaultLifetime.TotalDays} days", null));
        }

        if (violations.Count > 0)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "Request refused", "No token was issued.", [.. violations]);
        }

        var token = tokens.Issue(service, lifetime);
        trail.Write(ApiCaller.Of(context).Name, "token", $"{token.SpiffeId} until {token.ExpiresAt:u}", null, token.Id);
        return Results.Ok(new { token = token.Text, id = token.Id, service = service.ToString(), spiffeId = token.SpiffeId.Text, expiresAt = token.ExpiresAt });
    }

    /// <summary>What a token is asked for.</summary>
    /// <param name="Service">The service, <c>name</c> or <c>namespace/name</c>.</param>
    /// <param name="LifetimeSeconds">How long it is good for. <see langword="null"/>: seven days.</param>
    internal sealed record TokenRequest(string? Service, double? LifetimeSeconds);
}
