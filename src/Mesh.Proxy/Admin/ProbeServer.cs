using System.Net;
using Mesh.Proxy.Bootstrap;

namespace Mesh.Proxy.Admin;

/// <summary>Where probes from outside ask: of the sidecar itself, and of the app.</summary>
internal sealed partial class ProbeServer(ProbeSettings probes, ProbeEndpoints endpoints, ILoggerFactory loggers, ILogger<ProbeServer> logger) : IHostedService, IDisposable
{
    private readonly SideServer _server = new(loggers);

    /// <summary>Where it listens once it does: the sidecar's own health first.</summary>
    public IReadOnlyList<IPEndPoint> Addresses { get; private set; } = [];

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Addresses = await _server.StartAsync(
            [("probes.address", probes.Address, endpoints.HealthAsync), .. probes.Doors.Select(d => ("probes.doors.address", d.Address, (RequestDelegate)(http => endpoints.DoorAsync(http, d))))],
            cancellationToken);
        Log.Listening(logger, string.Join(", ", Addresses));
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _server.Dispose();

    private static partial class Log
    {
        [LoggerMessage(3103, LogLevel.Information, "Probes are answered on {Addresses}.", EventName = nameof(Listening))]
        public static partial void Listening(ILogger logger, string addresses);
    }
}
