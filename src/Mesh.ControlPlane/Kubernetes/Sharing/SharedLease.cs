using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Kubernetes.Leading;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.Model.Bootstrap;

namespace Mesh.ControlPlane.Kubernetes.Sharing;

/// <summary>
/// What replicas of a control plane tell each other: annotations of one Lease in its own namespace, which all of them watch, and write to the version that they read. Whatever has to be forgotten
/// when nobody needs it any more stands here, and nothing else.
/// </summary>
internal sealed class SharedLease(KubernetesApi api, KubernetesSettings cluster, ReplicaName name, TimeProvider time, ILoggerFactory loggers) : BackgroundService, IObjectSink
{
    private const int Attempts = 5;

    private readonly ObjectPath _leases = ObjectPath.Leases(cluster.SystemNamespace);
    private readonly Dictionary<string, Action<string?>> _followers = new(StringComparer.Ordinal);

    // What was taken last: its version, and whether it is a change of our own that the watch has yet to tell.
    private readonly Lock _lock = new();
    private JsonObject? _lease;
    private ulong _taken;
    private bool _isAhead;
    private bool _isKnown;

    /// <summary>The Lease's name.</summary>
    public string Name { get; } = $"{cluster.Mesh}-shared";

    /// <summary>Tells of an annotation: of what is known now, if it is, and of each change, one after the other and in the order of versions.</summary>
    /// <param name="annotation">Its name.</param>
    /// <param name="take">Takes its text, <see langword="null"/> where there is none; notes it and returns.</param>
    public void Follow(string annotation, Action<string?> take)
    {
        lock (_lock)
        {
            _followers.Add(annotation, take);
            if (_isKnown)
            {
                take(_lease?.Annotation(annotation));
            }
        }
    }

    /// <summary>Changes an annotation: read, changed, and written to the version that was read. Of two replicas that are asked at once one decides anew.</summary>
    /// <param name="annotation">Its name.</param>
    /// <param name="change">The text that takes the place of another; <see langword="null"/>: it stays.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it was changed; those who follow it have been told then.</returns>
    /// <exception cref="ReplicasUnreachableException">The Lease cannot be read or written.</exception>
    public async Task<bool> ChangeAsync(string annotation, Func<string?, string?> change, CancellationToken cancellationToken)
    {
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    var found = await api.FindAsync(_leases.Object(Name), cancellationToken);
                    if (change(found?.Annotation(annotation)) is not { } next)
                    {
                        return false;
                    }

                    var lease = found ?? New();
                    var metadata = lease["metadata"]!.AsObject();
                    metadata["annotations"] ??= new JsonObject();
                    metadata["annotations"]![annotation] = next;
                    lease["spec"] = new JsonObject { ["holderIdentity"] = name.Holder };

                    // The watch says the same a moment later; who asked need not wait for it.
                    TakeOwn(found is null ? await api.CreateAsync(_leases.Collection, lease, cancellationToken) : await api.ReplaceAsync(_leases.Object(Name), lease, cancellationToken));
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
            throw new ReplicasUnreachableException($"Lease {Name} of {cluster.SystemNamespace}, by which the replicas of the control plane tell each other, cannot be read or written: {e.Message}", e);
        }
    }

    /// <inheritdoc />
    public void Replace(IReadOnlyList<JsonObject> all) => Take(all is [var only] ? only : null, all is [var one] ? one.Version() : null, isList: true);

    /// <inheritdoc />
    public void Put(JsonObject changed) => Take(changed, changed.Version(), isList: false);

    /// <inheritdoc />
    public void Remove(JsonObject gone) => Take(null, gone.Version(), isList: false);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        new ObjectWatch(api, _leases, $"fieldSelector=metadata.name%3D{Name}", this, time, loggers.CreateLogger<ObjectWatch>()).RunAsync(stoppingToken);

    private JsonObject New() => new()
    {
        ["apiVersion"] = "coordination.k8s.io/v1",
        ["kind"] = "Lease",
        ["metadata"] = new JsonObject { ["name"] = Name, ["namespace"] = cluster.SystemNamespace, ["labels"] = new JsonObject { ["mesh.dev/mesh"] = cluster.Mesh } },
    };

    // Until the watch has told of a change of our own it is behind what is known here. Otherwise a list is believed, also one of a server whose versions began anew.
    private void Take(JsonObject? lease, string? version, bool isList)
    {
        lock (_lock)
        {
            var isNumbered = TryRead(version, out var number);
            if (isNumbered ? number < _taken && (_isAhead || !isList) : _isAhead && lease is null)
            {
                // A list without the Lease has no version to compare: it is not believed once, and the next time it is.
                _isAhead &= isNumbered;
                return;
            }

            (_taken, _isAhead) = (number, false);
            Apply(lease);
        }
    }

    // Of two that were asked here at once the one that wrote first may come to this last.
    private void TakeOwn(JsonObject lease)
    {
        lock (_lock)
        {
            if (TryRead(lease.Version(), out var number) && number <= _taken)
            {
                return;
            }

            (_taken, _isAhead) = (number, true);
            Apply(lease);
        }
    }

    private void Apply(JsonObject? lease)
    {
        (_lease, _isKnown) = (lease, true);
        foreach (var (annotation, take) in _followers)
        {
            take(lease?.Annotation(annotation));
        }
    }

    // Numbers that only grow, says Kubernetes since its version 1.35, and so it was before; a server that has others is believed as it comes.
    private static bool TryRead(string? version, out ulong number) => ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
