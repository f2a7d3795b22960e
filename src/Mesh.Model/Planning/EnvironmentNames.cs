using Mesh.Model.Topology;

namespace Mesh.Model.Planning;

/// <summary>How apps are told addresses: .NET service discovery's names, and plain ones for everybody else.</summary>
public static class EnvironmentNames
{
    /// <summary>Marks the process for the peer-process check at front doors: <c>namespace/service</c>. Not a secret.</summary>
    public const string Workload = "MESH_WORKLOAD";

    /// <summary>The replica's name.</summary>
    public const string Replica = "MESH_REPLICA";

    /// <summary>A directory of mode 0700 that is the replica's own and survives restarts.</summary>
    public const string State = "MESH_STATE";

    /// <summary>Variables with this prefix are the mesh's; users must not set them.</summary>
    public const string ReservedPrefix = "MESH_";

    /// <summary>What Microsoft.Extensions.ServiceDiscovery's configuration provider reads: <c>services__orders__http__0</c>.</summary>
    public static string ServiceDiscovery(string service, string port) => $"services__{service}__{port}__0";

    /// <summary>The same for programs that just want an address: <c>ORDERS_HTTP</c>.</summary>
    public static string Plain(string service, string port) => $"{Upper(service)}_{Upper(port)}";

    /// <summary>The app's own port by endpoint name: <c>PORT_HTTP</c>. The first endpoint's is <c>PORT</c> as well.</summary>
    public static string OwnPort(string port) => $"PORT_{Upper(port)}";

    /// <summary>The value for a caller by what is spoken at the address: <c>http://127.0.0.1:25101</c>, <c>https://localhost:25103</c>, or <c>127.0.0.1:25102</c> for opaque bytes.</summary>
    internal static string Address(AppProtocol protocol, string address) => protocol switch
    {
        AppProtocol.Tcp => address,
        AppProtocol.Https => $"https://{address}",
        _ => $"http://{address}",
    };

    // Shells take letters, digits and underscores only; DNS labels have hyphens.
    private static string Upper(string label) => label.ToUpperInvariant().Replace('-', '_');
}
