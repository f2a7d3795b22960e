namespace Mesh.Proxy.Errors;

/// <summary>A connection to an upstream could not be made: provably nothing was sent on it.</summary>
internal sealed class UpstreamException(ProxyError error, string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>Why.</summary>
    public ProxyError Error => error;
}
