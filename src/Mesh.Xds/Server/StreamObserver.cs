using System.Collections.Immutable;
using Envoy.Config.Core.V3;
using Mesh.Xds.Wire;
using Microsoft.Extensions.Logging;

namespace Mesh.Xds.Server;

/// <summary>Keeps one stream's status and writes its log.</summary>
internal sealed partial class StreamObserver : ISessionObserver, IDisposable
{
    private readonly StreamRegistry _registry;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private StreamStatus _status;

    public StreamObserver(StreamRegistry registry, Node node, StreamAdmission admission, TimeProvider time, ILogger logger)
    {
        _registry = registry;
        _time = time;
        _logger = logger;
        var agent = $"{node.UserAgentName} {node.UserAgentVersion}".Trim();
        _status = new(registry.NextId(), node.Id, admission.Kind, admission.Profile!, agent, time.GetUtcNow(), ImmutableDictionary<string, TypeStatus>.Empty);
        registry.Set(_status);
        Log.StreamOpened(logger, node.Id, admission.Profile!);
    }

    public void OnSent(string typeUrl, string version)
    {
        var before = _status.Types.GetValueOrDefault(typeUrl);
        Set(typeUrl, new(version, _time.GetUtcNow(), before?.AckedVersion, before?.AckedAt, null, before?.RefusedVersion));
    }

    public void OnAnswer(string typeUrl, string version, string? error)
    {
        if (_status.Types.GetValueOrDefault(typeUrl) is not { } before)
        {
            return;
        }

        if (error is null)
        {
            Set(typeUrl, before with { AckedVersion = version, AckedAt = _time.GetUtcNow(), Error = null, RefusedVersion = null });
        }
        else
        {
            Set(typeUrl, before with { Error = error, RefusedVersion = version });
            Log.Refused(_logger, _status.NodeId, TypeUrls.ShortName(typeUrl), version, error);
        }
    }

    public void OnInSync(string typeUrl, string version)
    {
        // A change that does not concern the stream, such as a route table that it does not ask for, is a version all the same.
        var before = _status.Types.GetValueOrDefault(typeUrl);
        if (before is null || (before is { Error: null } && before.AckedVersion == before.SentVersion && before.SentVersion != version))
        {
            var now = _time.GetUtcNow();
            Set(typeUrl, new(version, now, version, now, null, null));
        }
    }

    public void OnUnknownType(string typeUrl) => Log.UnknownType(_logger, _status.NodeId, typeUrl);

    public void Dispose()
    {
        _registry.Remove(_status);
        Log.StreamClosed(_logger, _status.NodeId);
    }

    private void Set(string typeUrl, TypeStatus status)
    {
        _status = _status with { Types = _status.Types.SetItem(typeUrl, status) };
        _registry.Set(_status);
    }

    private static partial class Log
    {
        [LoggerMessage(1101, LogLevel.Information, "Discovery stream of {Node} is open, profile {Profile}.", EventName = nameof(StreamOpened))]
        public static partial void StreamOpened(ILogger logger, string node, string profile);

        [LoggerMessage(1102, LogLevel.Information, "Discovery stream of {Node} has ended.", EventName = nameof(StreamClosed))]
        public static partial void StreamClosed(ILogger logger, string node);

        [LoggerMessage(1103, LogLevel.Warning, "{Node} refused {Type} {Version} and keeps what it has: {Error}", EventName = nameof(Refused))]
        public static partial void Refused(ILogger logger, string node, string type, string version, string error);

        [LoggerMessage(1104, LogLevel.Debug, "{Node} asks for {TypeUrl}, which is not served.", EventName = nameof(UnknownType))]
        public static partial void UnknownType(ILogger logger, string node, string typeUrl);
    }
}
