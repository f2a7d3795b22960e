using System.Text.Json.Nodes;
using System.Threading.Channels;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.Model.Bootstrap;

namespace Mesh.ControlPlane.Kubernetes.Leading;

/// <summary>Keeps a ConfigMap with the roots in every served namespace: pods mount it, wait until it is there, and read it again when it changes.</summary>
internal sealed partial class RootsPublisher(KubernetesApi api, KubernetesSettings cluster, ISigningAuthority authority, TimeProvider time, ILogger<RootsPublisher> logger) : ILeaderWork
{
    private const string Key = "roots.pem";

    // For one that somebody changed or deleted.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private readonly string _name = $"{cluster.Mesh}-roots";
    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <inheritdoc />
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (authority is OwnAuthority own)
        {
            own.Changed += Signal;
        }

        try
        {
            while (true)
            {
                var all = true;
                var roots = string.Concat(authority.Current.Bundle.Roots.Select(r => $"{r.ExportCertificatePem()}\n"));
                foreach (var space in cluster.Namespaces)
                {
                    all &= await TryPublishAsync(space, roots, cancellationToken);
                }

                using var timer = new CancellationTokenSource(all ? LookEvery : Retry, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
                try
                {
                    await _signals.Reader.ReadAsync(either.Token);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    // Time to look again.
                }
            }
        }
        finally
        {
            if (authority is OwnAuthority loaded)
            {
                loaded.Changed -= Signal;
            }
        }
    }

    private void Signal() => _signals.Writer.TryWrite(true);

    private async Task<bool> TryPublishAsync(string space, string roots, CancellationToken cancellationToken)
    {
        var maps = ObjectPath.ConfigMaps(space);
        try
        {
            if (await api.FindAsync(maps.Object(_name), cancellationToken) is not { } found)
            {
                await api.CreateAsync(
                    maps.Collection,
                    new JsonObject
                    {
                        ["apiVersion"] = "v1",
                        ["kind"] = "ConfigMap",
                        ["metadata"] = new JsonObject { ["name"] = _name, ["namespace"] = space, ["labels"] = new JsonObject { ["mesh.dev/mesh"] = cluster.Mesh } },
                        ["data"] = new JsonObject { [Key] = roots },
                    },
                    cancellationToken);
                Log.RootsPublished(logger, space, _name);
            }
            else if ((string?)found["data"]?[Key] != roots)
            {
                found["data"] = new JsonObject { [Key] = roots };
                await api.ReplaceAsync(maps.Object(_name), found, cancellationToken);
                Log.RootsPublished(logger, space, _name);
            }

            return true;
        }
        catch (KubernetesException e) when (e.IsConflict)
        {
            return false;
        }
        catch (KubernetesException e)
        {
            Log.RootsNotPublished(logger, space, _name, e.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2650, LogLevel.Information, "The roots were written to ConfigMap {Namespace}/{Name}.", EventName = nameof(RootsPublished))]
        public static partial void RootsPublished(ILogger logger, string @namespace, string name);

        [LoggerMessage(2651, LogLevel.Error, "The roots could not be written to ConfigMap {Namespace}/{Name}; pods there wait for it: {Reason}", EventName = nameof(RootsNotPublished))]
        public static partial void RootsNotPublished(ILogger logger, string @namespace, string name, string reason);
    }
}
