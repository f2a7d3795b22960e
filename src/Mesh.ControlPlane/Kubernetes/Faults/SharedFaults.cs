using System.Collections.Immutable;
using System.Globalization;
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

    // What was taken last: its version, and whether it is a change of our own that the watch has yet to tell.
    private readonly Lock _lock = new();
    private ulong _taken;
    private bool _isAhead;

    /// <inheritdoc />
    public async ValueTask<FaultLease?> BeginAsync(FaultRequest request, string by, CancellationToken cancellationToken)
    {
        var lease = FaultLease.Begin(request, by, time.GetUtcNow());
        return await ChangeAsync(all => all.Length < FaultLeases.MostAtATime && FaultText.Write(all.Add(lease)).Length <= MostCharacters ? all.Add(lease) : null, cancellationToken) ? lease : null;
    }

    /// <inheritdoc />
    public async ValueTask<FaultLease?> EndAsync(string id, CancellationToken cancellationToken)
    {
        FaultLease? ended = null;
        return await ChangeAsync(all => (ended = all.FirstOrDefault(known => known.Id == id)) is null ? null : all.Remove(ended), cancellationToken) ? ended : null;
    }

    /// <inheritdoc />
    public void Replace(IReadOnlyList<JsonObject> all) => Take(all is [var only] ? only : null, all is [var one] ? one.Version() : null, isList: true);

    /// <inheritdoc />
    public void Put(JsonObject changed) => Take(changed, changed.Version(), isList: false);

    /// <inheritdoc />
    public void Remove(JsonObject gone) => Take(null, gone.Version(), isList: false);

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

                    JsonObject written;
                    if (found is null)
                    {
                        written = await api.CreateAsync(_leases.Collection, New(next), cancellationToken);
                    }
                    else
                    {
                        Say(found, next);
                        written = await api.ReplaceAsync(_leases.Object(_name), found, cancellationToken);
                    }

                    // The watch says the same a moment later; who asked need not wait for it.
                    TakeOwn(next, written.Version());
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

    // Until the watch has told of a change of our own it is behind what is known here. Otherwise a list is believed, also one of a server whose versions began anew.
    private void Take(JsonObject? lease, string? version, bool isList)
    {
        var all = Read(lease);
        lock (_lock)
        {
            var isKnown = TryRead(version, out var number);
            if (isKnown ? number < _taken && (_isAhead || !isList) : _isAhead && lease is null)
            {
                // A list without the Lease has no version to compare: it is not believed once, and the next time it is.
                _isAhead &= isKnown;
                return;
            }

            (_taken, _isAhead) = (number, false);
            Apply(all);
        }
    }

    // Of two that were asked here at once the one that wrote first may come to this last.
    private void TakeOwn(ImmutableArray<FaultLease> all, string? version)
    {
        lock (_lock)
        {
            if (TryRead(version, out var number) && number <= _taken)
            {
                return;
            }

            (_taken, _isAhead) = (number, true);
            Apply(all);
        }
    }

    private void Apply(ImmutableArray<FaultLease> all) => leases.Replace(FaultText.InForce(all, time.GetUtcNow()));

    // Numbers that only grow, says Kubernetes since its version 1.35, and so it was before; a server that has others is believed as it comes.
    private static bool TryRead(string? version, out ulong number) => ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out number);

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
