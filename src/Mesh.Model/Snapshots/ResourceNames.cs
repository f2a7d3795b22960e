using Mesh.Model.Topology;

namespace Mesh.Model.Snapshots;

/// <summary>The names of resources on the wire. Nothing else builds or takes apart such a name.</summary>
public static class ResourceNames
{
    /// <summary>The listener for peers, mTLS only.</summary>
    public const string MeshDoor = "inbound/mesh";

    /// <summary>What the names of outbound listeners begin with.</summary>
    public const string OutboundPrefix = "outbound/";

    /// <summary>The caller's loopback listener for an upstream port; its route table has the same name.</summary>
    public static string Outbound(PortRef upstream) => $"{OutboundPrefix}{upstream.Service.Namespace}/{upstream.Service.Name}/{upstream.Port}";

    /// <summary>The upstream port whose listener has a name; <see langword="null"/>: it is no outbound listener's name.</summary>
    public static PortRef? OutboundPort(string name) =>
        name.Split('/') is ["outbound", { Length: > 0 } space, { Length: > 0 } service, { Length: > 0 } port] ? new PortRef(new ServiceId(space, service), port) : null;

    /// <summary>The front door of a port.</summary>
    public static string FrontDoor(string port) => $"inbound/front/{port}";

    /// <summary>In a bootstrap file: where the front door of a port listens that has no address of its own, while it is permissive.</summary>
    public static string PlainDoor(string port) => $"inbound/plain/{port}";

    /// <summary>What the names of listeners of servers that are their own sidecar begin with; what follows is the address that the server listens at.</summary>
    public static string Server(string port) => $"inbound/server/{port}/";

    /// <summary>
    /// Target names of an upstream port for proxyless clients. The first one is always there, and is the TLS server name too, because such clients send their target as that.
    /// </summary>
    /// <param name="upstream">The port.</param>
    /// <param name="isDefault">Whether the service's bare name means it.</param>
    /// <param name="caller">The caller's namespace, in which a service is known without one.</param>
    public static IEnumerable<string> Targets(PortRef upstream, bool isDefault, string caller)
    {
        yield return ServerName(upstream);
        if (isDefault)
        {
            yield return $"{upstream.Service.Name}.{upstream.Service.Namespace}";
            if (upstream.Service.Namespace == caller)
            {
                yield return upstream.Service.Name;
            }
        }
    }

    /// <summary>The cluster of an upstream port, and its endpoints.</summary>
    public static string Cluster(PortRef upstream) => upstream.ToString();

    /// <summary>The cluster of the app behind its own sidecar.</summary>
    public static string Local(string port) => $"local/{port}";

    /// <summary>The TLS server name by which a caller picks a port behind a mesh door.</summary>
    public static string ServerName(PortRef upstream) => $"{upstream.Port}.{upstream.Service.Name}.{upstream.Service.Namespace}";
}
