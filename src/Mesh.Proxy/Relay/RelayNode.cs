using Envoy.Config.Core.V3;
using Mesh.Proxy.Bootstrap;
using Mesh.Xds.Wire;

namespace Mesh.Proxy.Relay;

/// <summary>Says to the control plane who a client is: this replica, whatever the client calls itself. What it is (user agent, features, metadata) is its own to say.</summary>
internal sealed class RelayNode(ProxySettings settings)
{
    private readonly string _id = new NodeId(settings.Id, settings.Replica).ToString();

    /// <summary>The node that goes up.</summary>
    /// <param name="claimed">What the client said; <see langword="null"/>: nothing.</param>
    public Node Of(Node? claimed)
    {
        var node = claimed?.Clone() ?? new Node();
        node.Id = _id;
        node.Cluster = settings.Service.ToString();
        if (settings.Zone.Length > 0)
        {
            node.Locality = new Locality { Zone = settings.Zone };
        }

        return node;
    }
}
