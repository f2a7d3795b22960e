using System.Collections.Immutable;
using Mesh.ControlPlane.Store;
using Mesh.Model.Topology;
using Mesh.Xds.Server;

namespace Mesh.ControlPlane.Discovery;

/// <summary>A sidecar as the control plane sees it: its registration and its discovery stream, of which one may be missing.</summary>
/// <param name="Service">Its service.</param>
/// <param name="Replica">Its replica's name.</param>
/// <param name="Registered">Its registration; <see langword="null"/>: none, so nobody is sent to it.</param>
/// <param name="Stream">Its discovery stream; <see langword="null"/>: none, so it hears of no change.</param>
/// <param name="Wanted">The version that its profile has now, by type.</param>
internal sealed record ProxyView(
    ServiceId Service, string Replica, RegisteredReplica? Registered, StreamStatus? Stream, ImmutableDictionary<string, string> Wanted)
{
    /// <summary>What it says of the replicas that it calls.</summary>
    public UpstreamReport Upstreams { get; init; } = UpstreamReport.None;

    /// <summary>Whether its stream is with another replica of the control plane.</summary>
    public bool IsElsewhere => Stream is { Id: < 0 };

    /// <summary>What it refused, by type; empty: nothing.</summary>
    public ImmutableArray<string> Errors => [.. Stream?.Types.Values.Select(t => t.Error).OfType<string>() ?? []];

    /// <summary>Whether it has accepted all that there is for it now, also what is about to be sent.</summary>
    public bool IsCurrent => Stream is not null
        && Stream.Types.Values.All(t => t.SentVersion == t.AckedVersion)
        && Wanted.All(w => Stream.Types.GetValueOrDefault(w.Key)?.AckedVersion == w.Value);
}
