using System.Collections.Concurrent;
using System.Threading.Channels;
using Mesh.ControlPlane.Kubernetes.Wire;

namespace Mesh.ControlPlane.Kubernetes.Replicas;

/// <summary>
/// Zones of the nodes that pods of the mesh run on. A node is read by its name, when the first pod on it is seen, and again where a pod comes to it later: to list and watch all nodes of a
/// cluster would be a larger right and a stream of heartbeats.
/// </summary>
internal sealed partial class NodeZones(KubernetesApi api, TimeProvider time, ILogger<NodeZones> logger)
{
    /// <summary>How long a zone is known before a pod that comes has it read again: a name may be given to another node.</summary>
    public static readonly TimeSpan ReadAgain = TimeSpan.FromMinutes(10);

    /// <summary>Between two attempts while nodes cannot be read.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, (string Zone, DateTimeOffset ReadAt)> _zones = new(StringComparer.Ordinal);
    private readonly Channel<string> _wanted = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
    private bool _failing;

    /// <summary>The zone of a node; empty: it has none, or it is not known yet.</summary>
    public string Of(string node) => _zones.TryGetValue(node, out var known) ? known.Zone : "";

    /// <summary>Has a node read, unless that was done of late.</summary>
    public void Want(string node)
    {
        if (!IsFresh(node))
        {
            _wanted.Writer.TryWrite(node);
        }
    }

    /// <summary>Reads what is wanted until cancelled.</summary>
    /// <param name="changed">Called after the zone of a node became another one, with the node.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(Action<string> changed, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var node in _wanted.Reader.ReadAllAsync(cancellationToken))
            {
                // Several pods of one node come at once.
                while (!IsFresh(node))
                {
                    await ReadAsync(node, changed, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process is stopping.
        }
    }

    private bool IsFresh(string node) => _zones.TryGetValue(node, out var known) && time.GetUtcNow() - known.ReadAt < ReadAgain;

    private async Task ReadAsync(string node, Action<string> changed, CancellationToken cancellationToken)
    {
        try
        {
            var found = await api.FindAsync(ObjectPath.Nodes().Object(node), cancellationToken);
            var (before, zone) = (Of(node), found?.Label(Pod.ZoneLabel) ?? "");
            _zones[node] = (zone, time.GetUtcNow());
            if (_failing)
            {
                _failing = false;
                Log.NodesReadAgain(logger);
            }

            if (zone != before)
            {
                Log.ZoneRead(logger, node, zone);
                changed(node);
            }
        }
        catch (KubernetesException e)
        {
            if (!_failing)
            {
                _failing = true;
                Log.NodesNotRead(logger, node, e.Message);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2622, LogLevel.Information, "Node {Node} is in zone {Zone}.", EventName = nameof(ZoneRead))]
        public static partial void ZoneRead(ILogger logger, string node, string zone);

        [LoggerMessage(2623, LogLevel.Warning, "Node {Node} cannot be read, so nobody prefers the replicas of its zone; it is tried again. Where it is refused, the control plane's ClusterRole is older than it and lacks 'get' of nodes: {Reason}", EventName = nameof(NodesNotRead))]
        public static partial void NodesNotRead(ILogger logger, string node, string reason);

        [LoggerMessage(2624, LogLevel.Information, "Nodes are read again.", EventName = nameof(NodesReadAgain))]
        public static partial void NodesReadAgain(ILogger logger);
    }
}
