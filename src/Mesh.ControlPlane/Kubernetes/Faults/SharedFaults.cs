using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Kubernetes.Leading;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.Model.Bootstrap;
using Mesh.Model.Policies.Fault;

namespace Mesh.ControlPlane.Kubernetes.Faults;

/// <summary>
/// Faults of a mesh whose control plane has several replicas: an annotation of one Lease in its own namespace, which all of them watch, so that whichever is asked the sidecars of every one
/// hear of it. Each ends them by its own clock; what has ended is taken out with the next change.
/// </summary>
internal sealed partial class SharedFaults(KubernetesApi api, KubernetesSettings cluster, ReplicaName name, FaultLeases leases, TimeProvider time, ILoggerFactory loggers)
    : BackgroundService, IFaultHolder, IObjectSink
{
    /// <summary>The annotation.</summary>
    internal const string Annotation = "mesh.dev/faults";

    // All annotations of an object together may have 256 KiB.
    private const int MostCharacters = 192 * 1024;
    private const int Attempts = 5;

    private readonly ILogger _logger = loggers.CreateLogger<SharedFaults>();
    private readonly string _name = $"{cluster.Mesh}-faults";
    private readonly ObjectPath _leases = ObjectPath.Leases(cluster.SystemNamespace);

    /// <inheritdoc />
    public async ValueTask<FaultLease?> BeginAsync(FaultRequest request, string by, CancellationToken cancellationToken)
    {
        var lease = FaultLease.Begin(request, by, time.GetUtcNow());
        return await ChangeAsync(all => all.Length < FaultLeases.MostAtATime && FaultText.Write(all.Add(lease)).Length <= MostCharacters ? all.Add(lease) : null, cancellationToken) ? lease : null;
    }

    /// <inheritdoc />
    public async ValueTask<bool> EndAsync(string id, CancellationToken cancellationToken) =>
        await ChangeAsync(all => all.FirstOrDefault(known => known.Id == id) is { } lease ? all.Remove(lease) : null, cancellationToken);

    /// <inheritdoc />
    public void Replace(IReadOnlyList<JsonObject> all) => Take(all is [var only] ? only : null);

    /// <inheritdoc />
    public void Put(JsonObject changed) => Take(changed);

    /// <inheritdoc />
    public void Remove(JsonObject gone) => Take(null);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        new ObjectWatch(api, _leases, $"fieldSelector=metadata.name%3D{_name}", this, time, loggers.CreateLogger<ObjectWatch>()).RunAsync(stoppingToken);

    // Read, changed, and written to the version that was read: of two replicas that are asked at once one decides anew.
    private async Task<bool> ChangeAsync(Func<ImmutableArray<FaultLease>, ImmutableArray<FaultLease>?> change, CancellationToken cancellationToken)
    {
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    var found = await api.FindAsync(_leases.Object(_name), cancellationToken);
                    if (change(Read(found)) is not { } next)
                    {
                        return false;
                    }

                    if (found is null)
                    {
                        await api.CreateAsync(_leases.Collection, New(next), cancellationToken);
                    }
                    else
                    {
                        Say(found, next);
                        await api.ReplaceAsync(_leases.Object(_name), found, cancellationToken);
                    }

                    // The watch says the same a moment later; who asked need not wait for it.
                    leases.Replace(next);
                    return true;
                }
                catch (KubernetesException e) when ((e.IsConflict || e.IsNotFound) && attempt < Attempts)
                {
                    // Somebody else was faster.
                }
            }
        }
        catch (KubernetesException e)
        {
            throw new FaultsUnreachableException($"Lease {_name} of {cluster.SystemNamespace}, by which the replicas of the control plane tell each other, cannot be read or written: {e.Message}", e);
        }
    }

    private JsonObject New(ImmutableArray<FaultLease> next)
    {
        var lease = new JsonObject
        {
            ["apiVersion"] = "coordination.k8s.io/v1",
            ["kind"] = "Lease",
            ["metadata"] = new JsonObject { ["name"] = _name, ["namespace"] = cluster.SystemNamespace, ["labels"] = new JsonObject { ["mesh.dev/mesh"] = cluster.Mesh } },
        };
        Say(lease, next);
        return lease;
    }

    private void Say(JsonObject lease, ImmutableArray<FaultLease> next)
    {
        var metadata = lease["metadata"]!.AsObject();
        metadata["annotations"] ??= new JsonObject();
        metadata["annotations"]![Annotation] = FaultText.Write(next);
        lease["spec"] = new JsonObject { ["holderIdentity"] = name.Holder };
    }

    private void Take(JsonObject? lease) => leases.Replace(Read(lease));

    private ImmutableArray<FaultLease> Read(JsonObject? lease)
    {
        var read = FaultText.Read(lease?.Annotation(Annotation), time.GetUtcNow(), out var refused);
        if (refused > 0)
        {
            Log.Refused(_logger, refused, _name);
        }

        return read;
    }

    private static partial class Log
    {
        [LoggerMessage(2690, LogLevel.Warning, "{Count} entries of Lease {Lease} are no faults that could have begun; nothing goes wrong for them. Nobody but the control plane is to write it.", EventName = nameof(Refused))]
        public static partial void Refused(ILogger logger, int count, string lease);
    }
}
