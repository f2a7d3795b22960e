using Envoy.Config.Core.V3;
using Grpc.Core;

namespace Mesh.Proxy.Relay;

/// <summary>Writes one stream's log.</summary>
internal sealed partial class RelayObserver(RelayMethod method, ILogger logger)
{
    private string? _client;

    /// <summary>A client follows.</summary>
    public void Opened(Node? claimed)
    {
        if (_client is null)
        {
            // Its own words, which are quoted in a log: no more of them than a name needs.
            var words = $"{claimed?.UserAgentName} {claimed?.UserAgentVersion}".Trim();
            _client = words.Length switch { 0 => "a client without a name", > 100 => words[..100], _ => words };
            Log.Opened(logger, _client, method.Name);
        }
    }

    /// <summary>It waits for the control plane.</summary>
    public void Waits(string reason) => Log.Waits(logger, _client ?? "", reason);

    /// <summary>It does not like a secret.</summary>
    public void SecretRefused(string error) => Log.SecretRefused(logger, _client ?? "", error);

    /// <summary>Its stream has ended.</summary>
    public void Ended(Status status)
    {
        if (_client is not null)
        {
            Log.Ended(logger, _client, method.Name, status.StatusCode, status.Detail);
        }
        else if (status.StatusCode != StatusCode.OK)
        {
            Log.Refused(logger, method.Name, status.StatusCode, status.Detail);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3901, LogLevel.Information, "An xDS client beside this sidecar, {Client}, has opened {Method}.", EventName = nameof(Opened))]
        public static partial void Opened(ILogger logger, string client, string method);

        [LoggerMessage(3902, LogLevel.Information, "{Method} of the xDS client {Client} has ended: {Code}: {Reason}", EventName = nameof(Ended))]
        public static partial void Ended(ILogger logger, string client, string method, StatusCode code, string reason);

        [LoggerMessage(3903, LogLevel.Warning, "An xDS client beside this sidecar was refused {Method}: {Code}: {Reason}", EventName = nameof(Refused))]
        public static partial void Refused(ILogger logger, string method, StatusCode code, string reason);

        [LoggerMessage(3904, LogLevel.Information, "The xDS client {Client} waits for the control plane: {Reason}", EventName = nameof(Waits))]
        public static partial void Waits(ILogger logger, string client, string reason);

        [LoggerMessage(3905, LogLevel.Warning, "The xDS client {Client} refused this workload's secrets: {Error}", EventName = nameof(SecretRefused))]
        public static partial void SecretRefused(ILogger logger, string client, string error);
    }
}
