using System.Net;
using Mesh.Proxy.Bootstrap;

namespace Mesh.Proxy.Downstreams;

/// <summary>Where listeners listen: the bootstrap file first, the snapshot's container port second.</summary>
internal static class Addresses
{
    /// <summary>The address of a listener; <see langword="null"/>: nobody gave it one.</summary>
    /// <param name="settings">The bootstrap file.</param>
    /// <param name="name">The listener's resource name.</param>
    /// <param name="containerPort">The port that the snapshot names, if it does.</param>
    /// <param name="containerAddress">The address that goes with it.</param>
    public static ListenAddress? Find(ProxySettings settings, string name, int? containerPort, IPAddress containerAddress)
    {
        if (settings.Listeners.TryGetValue(name, out var address))
        {
            return address;
        }

        return containerPort is { } port ? new ListenAddress(containerAddress, port) : null;
    }
}
