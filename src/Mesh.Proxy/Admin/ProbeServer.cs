using System.Net;
using Mesh.Proxy.Bootstrap;

namespace Mesh.Proxy.Admin;

/// <summary>Where probes from outside ask: of the sidecar itself, and of the app.</summary>
internal sealed partial class ProbeServer : IHostedService, IDisposable
{
    private readonly ProxySettings _settings;
    private readonly ProbeEndpoints _endpoints;
    private readonly SideServer _server;
    private readonly ILogger _logger;

    public ProbeServer(ProxySettings settings, Readiness readiness, TimeProvider time, ILoggerFactory loggers, ILogger<ProbeServer> logger)
    {
        _settings = settings;
        _endpoints = new ProbeEndpoints(settings, readiness, time);
        _server = new SideServer(loggers);
        _logger = logger;
    }

    /// <summary>Where it listens once it does: the sidecar's own health first.</summary>
    public IReadOnlyList<IPEndPoint> Addresses { get; private set; } = [];

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_settings.Probes is { } probes)
        {
            Addresses = await _server.StartAsync(
                [("probes.address", probes.Address, _endpoints.HealthAsync), .. probes.Doors.Select(d => ("probes.doors.address", d.Address, (RequestDelegate)(http => _endpoints.DoorAsync(http, d))))],
                cancellationToken);
            Log.Listening(_logger, string.Join(", ", Addresses));
        }
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    /// <inheritdoc />
    public void Dispose()
    {
        _server.Dispose();
        _endpoints.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(3103, LogLevel.Information, "Probes are answered on {Addresses}.", EventName = nameof(Listening))]
        public static partial void Listening(ILogger logger, string addresses);
    }
}
