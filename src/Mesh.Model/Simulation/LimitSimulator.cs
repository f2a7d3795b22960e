using Mesh.Model.Snapshots;

namespace Mesh.Model.Simulation;

/// <summary>Which limit counts a request: of those of its port the first one that is for it, and no other. How much is left of it only the replica knows.</summary>
internal static class LimitSimulator
{
    /// <summary>Whether any limit looks at paths: then what can be read in two ways is refused.</summary>
    public static bool HasPaths(InboundLimits limits) => limits.Requests.Any(limit => limit.Match.Path is { } path && !RequestMatching.IsEverything(path));

    /// <summary>Finds it.</summary>
    /// <param name="limits">The limits of the port.</param>
    /// <param name="caller">The caller's SPIFFE id.</param>
    /// <param name="request">The request.</param>
    /// <param name="path">The request's path as the app sees it.</param>
    /// <param name="query">Its query.</param>
    /// <returns><see langword="null"/>: nothing counts it.</returns>
    public static RequestLimit? Find(InboundLimits limits, string caller, SimulatedRequest request, string path, string query) =>
        limits.Requests.FirstOrDefault(limit => limit.Caller?.Matches(caller) != false && RequestMatching.WhyNot(limit.Match, request, path, query) is null);
}
