using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Mesh.Proxy.Downstreams;

/// <summary>Kestrel's view of the listeners: one for each <see cref="HttpWire"/>.</summary>
internal sealed class HandOverFactory : IConnectionListenerFactory, IAsyncDisposable
{
    private readonly HandOverListener _http1 = new(new HandOverEndPoint(HttpWire.Http1));
    private readonly HandOverListener _http2 = new(new HandOverEndPoint(HttpWire.Http2));

    /// <summary>The listener for a wire.</summary>
    public HandOverListener For(HttpWire wire) => wire == HttpWire.Http2 ? _http2 : _http1;

    /// <inheritdoc />
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(For(((HandOverEndPoint)endpoint).Wire));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _http1.DisposeAsync();
        await _http2.DisposeAsync();
    }
}
