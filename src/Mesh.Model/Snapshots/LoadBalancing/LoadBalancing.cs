namespace Mesh.Model.Snapshots;

/// <summary>How a replica is picked for each request; endpoint weights count in every kind.</summary>
/// <param name="Kind">The algorithm. Default: least request, for it forgives a slow replica.</param>
/// <param name="ChoiceCount">For least request: replicas drawn and compared. Default: 2 (power of two choices), at least 2.</param>
public sealed record LoadBalancing(LoadBalancingKind Kind = LoadBalancingKind.LeastRequest, int ChoiceCount = 2)
{
    /// <summary>What <see cref="Decay"/> is where nothing is said: that of Finagle, where the algorithm comes from, and of Linkerd.</summary>
    public static readonly TimeSpan DefaultDecay = TimeSpan.FromSeconds(10);

    /// <summary>For peak EWMA: over how long a replica's past counts (to 1/e of it); <see langword="null"/> otherwise.</summary>
    public TimeSpan? Decay { get; init; }

    /// <summary>For round robin, least request and peak EWMA: how replicas that come begin; <see langword="null"/>: like all others.</summary>
    public SlowStart? SlowStart { get; init; }

    /// <summary>For ring hash: the ring's size; <see langword="null"/> otherwise.</summary>
    public RingSize? Ring { get; init; }

    /// <summary>For Maglev: rows of the table, a prime; <see langword="null"/> otherwise.</summary>
    public int? TableSize { get; init; }

    /// <summary>Which zones' replicas come first; <see langword="null"/>: all are alike. The control plane's alone: sidecars are told of it by their endpoints' priorities.</summary>
    public LocalityPreference? Locality { get; init; }

    /// <summary>What said so.</summary>
    public Origin Origin { get; init; } = Origin.Default;
}
