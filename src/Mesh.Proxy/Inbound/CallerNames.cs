using System.Collections.Concurrent;
using Mesh.Model.Identity;

namespace Mesh.Proxy.Inbound;

/// <summary>Callers as metrics write them: <c>namespace/service</c>, <c>developer</c> or <c>unknown</c>.</summary>
internal static class CallerNames
{
    private static readonly ConcurrentDictionary<SpiffeId, string> Names = new();

    /// <summary>The name of an identity that was verified.</summary>
    public static string Of(SpiffeId? id) => id is null ? "unknown" : Names.GetOrAdd(id, static known => Name(known));

    private static string Name(SpiffeId id)
    {
        if (id.TryGetService(out var service))
        {
            return service.ToString();
        }

        return id == SpiffeId.Developer(id.TrustDomain) ? "developer" : "unknown";
    }
}
