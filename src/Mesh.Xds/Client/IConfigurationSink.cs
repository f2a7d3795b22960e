using System.Collections.Immutable;
using Mesh.Model.Recording;
using Mesh.Model.Snapshots;

namespace Mesh.Xds.Client;

/// <summary>
/// Takes what the control plane says. Called from one task at a time, in the order in which things have to take effect; what is given is decoded, validated,
/// immutable and already on disk or about to be. An implementation swaps a reference and returns: it does not block and does not throw.
/// </summary>
public interface IConfigurationSink
{
    /// <summary>
    /// The permissions of all doors. Called whenever they change, also where the rest of the update is refused or still waits for what it refers to. They are
    /// newer than those in any snapshot seen so far: enforce these.
    /// </summary>
    void OnPermissions(DoorPermissions permissions);

    /// <summary>
    /// The ready replicas of the clusters named; others stay as they are. For a cluster that is new it is called before the snapshot that has it, so that
    /// every cluster of a snapshot has its endpoints, if only none.
    /// </summary>
    void OnEndpoints(ImmutableArray<EndpointSet> changed);

    /// <summary>All faults that are to be made now, each with its end by this side's clock; called whenever one comes or is taken back, not when one ends by itself.</summary>
    void OnFaults(ImmutableArray<FaultRule> faults);

    /// <summary>Whether somebody records, with the end by this side's clock; called when it begins and when it is taken back, not when it ends by itself.</summary>
    void OnRecording(RecordingOrder? order);

    /// <summary>
    /// A new configuration in which every reference resolves, with the permissions of the last <see cref="OnPermissions"/> in its doors. Endpoints of clusters
    /// that it no longer has may be forgotten.
    /// </summary>
    void OnSnapshot(ProxySnapshot snapshot);
}
