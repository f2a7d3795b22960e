namespace Mesh.Model.Snapshots;

/// <summary>How many points a hash ring has.</summary>
/// <param name="Min">At least; more spread requests more evenly. In our sidecars every replica has so many for each unit of its weight, in Envoy and gRPC the ring as a whole. Default: 1,024, Envoy's.</param>
/// <param name="Max">At most. Default: 8,388,608, Envoy's.</param>
public sealed record RingSize(int Min = RingSize.DefaultMin, int Max = RingSize.Limit)
{
    /// <summary>What <see cref="Min"/> is where nothing is said.</summary>
    public const int DefaultMin = 1024;

    /// <summary>The most that either may be, in Envoy as well.</summary>
    public const int Limit = 8 * 1024 * 1024;
}
