using System.Collections.Immutable;

namespace Mesh.ControlPlane.Api;

/// <summary>Who calls the API.</summary>
/// <param name="Name">The token's name, for audit events.</param>
/// <param name="Scopes">What it may do.</param>
internal sealed record ApiCaller(string Name, ImmutableArray<string> Scopes)
{
    /// <summary>Who called, once <see cref="ApiGate"/> let it pass.</summary>
    public static ApiCaller Of(HttpContext context) =>
        context.Features.Get<ApiCaller>() ?? throw new InvalidOperationException("The endpoint is open to anyone and has no caller.");
}
