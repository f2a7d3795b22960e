using System.Net;

namespace Mesh.Proxy.Upstreams;

/// <summary>
/// No body, said out loud. The HTTP client sends a request that has no content a second time by itself when a kept connection turns out closed; it does not when
/// content was begun, even content of no bytes. So whatever must not be sent twice carries this.
/// </summary>
internal sealed class NoContent : HttpContent
{
    /// <inheritdoc />
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Task.CompletedTask;

    /// <inheritdoc />
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return true;
    }
}
