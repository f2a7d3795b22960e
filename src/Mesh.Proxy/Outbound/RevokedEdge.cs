using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Errors;

namespace Mesh.Proxy.Outbound;

/// <summary>The answer at an address that the app was given for an edge that is not declared (any more): a reason, where nothing would look like an outage.</summary>
internal static class RevokedEdge
{
    // What refuses where nobody declared anything, so that the answer always names who decided.
    private const string DefaultDeny = "default deny";

    /// <summary>Why a call is refused.</summary>
    /// <param name="hop">The caller's sidecar.</param>
    /// <param name="upstream">What was called.</param>
    /// <param name="tables">The tables that do not have it.</param>
    public static Failure Failure(HopName hop, PortRef upstream, OutboundTables tables)
    {
        var last = tables.Revoked.GetValueOrDefault(ResourceNames.Outbound(upstream));
        var origin = last is { Origins: [var first, ..] } ? first.ToString() : null;
        var what = last is null
            ? $"{hop.ServiceText} does not declare that it uses {upstream}, or there is no such service"
            : $"{hop.ServiceText} used {upstream} until {origin ?? "its edge"} was removed";
        return new Failure(ProxyError.EdgeRevoked, origin is null ? DefaultDeny : $"{DefaultDeny} since {origin} was removed", what);
    }
}
