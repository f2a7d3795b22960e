using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.Proxy.Downstreams;

/// <summary>All that runs between Kestrel and a door's handler: no middleware, no scopes, no activities.</summary>
internal sealed class ExchangeApplication : IHttpApplication<Exchange>
{
    /// <inheritdoc />
    public Exchange CreateContext(IFeatureCollection contextFeatures)
    {
        Exchange exchange;
        if (contextFeatures is IHostContextContainer<Exchange> container)
        {
            exchange = container.HostContext ??= new Exchange();
        }
        else
        {
            exchange = new Exchange();
        }

        exchange.Begin(contextFeatures);
        return exchange;
    }

    /// <inheritdoc />
    public Task ProcessRequestAsync(Exchange context)
    {
        RequestPace.Apply(context.Context);
        return context.Connection.Handler.HandleAsync(context);
    }

    /// <inheritdoc />
    public void DisposeContext(Exchange context, Exception? exception) => context.End();
}
