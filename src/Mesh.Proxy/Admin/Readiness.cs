using Mesh.Proxy.Configuration;
using Mesh.Proxy.Identity;

namespace Mesh.Proxy.Admin;

/// <summary>Whether this proxy can carry traffic.</summary>
internal sealed class Readiness(WorkloadIdentity identity, ILiveConfiguration configuration, DrainSignal drain)
{
    /// <summary>What is missing; empty when nothing is.</summary>
    public IEnumerable<string> Missing()
    {
        if (drain.IsDraining)
        {
            yield return "draining: this replica takes no new work";
        }

        if (identity.Current is null)
        {
            yield return identity.Failure is { } why ? $"no valid SVID: {why}" : "no valid SVID; is the control plane reachable, and does it accept the token?";
        }

        if (configuration.Current is null)
        {
            yield return "no configuration yet; is the control plane reachable, and does it know this service?";
        }
    }
}
