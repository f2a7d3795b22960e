using Mesh.Model.Snapshots;

namespace Mesh.Model.Simulation;

/// <summary>Whether the token that a simulated request claims to carry is what a rule wants. Nested claims are named with dots; of a list each item is an entry.</summary>
internal static class TokenMatching
{
    private const string Issuer = "iss";

    /// <summary>Whether it matches.</summary>
    public static bool Matches(TokenMatch match, PermissionSet set, SimulatedRequest request)
    {
        var issuers = request.Claims.Where(claim => claim.Key == Issuer).Select(claim => claim.Value).ToList();
        var isTheirs = set.TokenProviders.Any(provider => match.Providers.Contains(provider.Name) && issuers.Contains(provider.Issuer));
        return match.Missing ? !isTheirs : isTheirs && match.Claims.All(claim => Matches(claim, request));
    }

    private static bool Matches(ClaimMatch match, SimulatedRequest request)
    {
        var name = string.Join('.', match.Path);
        var values = request.Claims.Where(claim => claim.Key == name).Select(claim => claim.Value).ToList();
        return match.Values.IsEmpty
            ? values.Any(value => match.Contains.Contains(value) || (values.Count == 1 && value.Split(' ').Any(match.Contains.Contains)))
            : values is [var only] && match.Values.Contains(only);
    }
}
