using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Downstreams;

/// <summary>A tunnel as one of a listener's connections.</summary>
/// <param name="tunnel">The tunnel.</param>
/// <param name="port">The port it leads to.</param>
/// <param name="caller">The caller's SPIFFE id; <see langword="null"/>: nobody with an identity.</param>
/// <param name="isFrontDoor">Whether through a front door.</param>
internal sealed class OpenTunnel(Tunnel tunnel, string port, string? caller, bool isFrontDoor) : IDownstream
{
    /// <summary>The port it leads to.</summary>
    public string Port => port;

    /// <summary>The caller's SPIFFE id.</summary>
    public string? Caller => caller;

    /// <summary>Whether through a front door.</summary>
    public bool IsFrontDoor => isFrontDoor;

    /// <inheritdoc />
    public void Retire()
    {
        // Nobody can tell opaque bytes to come to an end; the deadline of a drain does.
    }

    /// <inheritdoc />
    public void Abort(string reason) => tunnel.Abort();
}
