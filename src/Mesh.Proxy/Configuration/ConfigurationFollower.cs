using Mesh.Proxy.Bootstrap;
using Mesh.Xds.Client;

namespace Mesh.Proxy.Configuration;

/// <summary>Puts the last good configuration in force before anything listens, then follows the control plane.</summary>
internal sealed partial class ConfigurationFollower(ProxySettings settings, IAdsClient ads, ILogger<ConfigurationFollower> logger) : BackgroundService
{
    /// <inheritdoc />
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (!ads.LoadSaved() && settings.ControlPlane is null)
        {
            Log.NothingToDo(logger, settings.StateDirectory);
        }

        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (settings.ControlPlane is not null && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ads.RunAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
            {
                // A channel that was closed under a call cancels it; the client begins anew.
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3720, LogLevel.Error, "There is nothing to do: the bootstrap names no control plane and '{Directory}' holds no configuration.", EventName = nameof(NothingToDo))]
        public static partial void NothingToDo(ILogger logger, string directory);
    }
}
