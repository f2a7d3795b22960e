using Mesh.Proxy.Bootstrap;

namespace Mesh.Proxy.Composition;

/// <summary>The data path in the life of the host: its doors open with the first configuration and close, drained, before the admin endpoint does.</summary>
internal sealed class DataPathRun(DataPath path, ProxySettings settings) : IHostedService
{
    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => path.StartAsync(cancellationToken);

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => path.DrainAsync(settings.Drain);
}
