using System.Net;
using System.Text;
using Mesh.Model.Bootstrap;

namespace Mesh.Proxy.Bootstrap;

/// <summary>Checks the relay's part of the bootstrap file.</summary>
internal static class RelayCheck
{
    // sun_path of macOS, its final zero left out; Linux allows four more.
    private const int LongestSocketPath = 103;
    private const int ShortestToken = 16;

    /// <summary>Converts it, with the state directory's names for what is not said.</summary>
    /// <param name="relay">What the file says.</param>
    /// <param name="stateDirectory">The replica's own.</param>
    /// <param name="fault">Takes the member and what is wrong with it.</param>
    public static RelaySettings Convert(RelayBootstrap relay, string stateDirectory, Action<string, string> fault)
    {
        var socket = relay.SocketBeside(stateDirectory);
        if (relay.Socket is not null && !Path.IsPathFullyQualified(relay.Socket))
        {
            fault("relay.socket", $"'{relay.Socket}' is not an absolute path");
        }
        else if (socket is not null && Encoding.UTF8.GetByteCount(socket) > LongestSocketPath)
        {
            fault("relay.socket", $"'{socket}' is longer than {LongestSocketPath} bytes, the most that a Unix socket's path may have; name a shorter one");
        }

        var directory = relay.CertificatesBeside(stateDirectory);
        if (!Path.IsPathFullyQualified(directory))
        {
            fault("relay.certificateDirectory", $"'{directory}' is not an absolute path");
        }

        return new RelaySettings(socket, Address(relay, fault), relay.Token, directory);
    }

    private static IPEndPoint? Address(RelayBootstrap relay, Action<string, string> fault)
    {
        if (relay.Address is null)
        {
            if (relay.Token is not null)
            {
                fault("relay.token", "is for relay.address, which is missing; the Unix socket's mode is what guards it");
            }

            return null;
        }

        if (!BootstrapValidator.TryParseAddress(relay.Address, out var address))
        {
            fault("relay.address", $"'{relay.Address}' is not ip:port such as 127.0.0.1:15020");
        }
        else if (!IPAddress.IsLoopback(address.Address))
        {
            fault("relay.address", $"{address} is not loopback; the relay hands out this one workload's configuration without TLS, use 127.0.0.1:{address.Port}");
        }

        if (relay.Token is null or { Length: < ShortestToken })
        {
            fault("relay.token", $"is missing or shorter than {ShortestToken} characters; every user of this machine can reach relay.address. Use 32 random bytes in base64url, or relay.socket");
        }

        return address;
    }
}
