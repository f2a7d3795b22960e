using System.Net;
using Mesh.Proxy.Bootstrap;

namespace Mesh.Proxy.Admin;

/// <summary>The admin endpoint's listener.</summary>
internal sealed partial class AdminServer(ProxySettings settings, AdminEndpoints endpoints, ILoggerFactory loggers, ILogger<AdminServer> logger) : IHostedService, IDisposable
{
    private readonly SideServer _server = new(loggers);

    /// <summary>Where it listens once it does.</summary>
    public IPEndPoint? Address { get; private set; }

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.AdminAddress is { } address)
        {
            endpoints.Token = AdminToken.Make(settings);
            Address = (await _server.StartAsync([("admin.address", address, endpoints.AnswerAsync)], cancellationToken))[0];
            Log.Listening(logger, Address);
        }
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _server.Dispose();

    private static partial class Log
    {
        [LoggerMessage(3100, LogLevel.Information, "The admin endpoint listens on {Address}.", EventName = nameof(Listening))]
        public static partial void Listening(ILogger logger, IPEndPoint address);
    }
}
