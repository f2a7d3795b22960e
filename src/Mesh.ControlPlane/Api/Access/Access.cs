namespace Mesh.ControlPlane.Api;

/// <summary>What an endpoint asks of its caller. An endpoint of the API door without it answers nobody.</summary>
/// <param name="Scope">The scope; <see langword="null"/>: anyone.</param>
/// <param name="BrowserSession">Whether a browser that logged in may use it with its cookie. Reads only: a cookie is sent without being asked for.</param>
internal sealed record Access(string? Scope, bool BrowserSession = false)
{
    /// <summary>Health and login.</summary>
    public static Access Anyone { get; } = new((string?)null);
}
