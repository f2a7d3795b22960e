using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>A retry waits as long as the response asks for.</summary>
/// <param name="Headers">Where it says so; the first that is there and says something usable is heard.</param>
/// <param name="MaxInterval">What asks for longer is not heard.</param>
public sealed record RateLimitedBackOff(ImmutableArray<ResetHeader> Headers, TimeSpan MaxInterval)
{
    /// <summary>What <see cref="MaxInterval"/> is where nothing is said: Envoy's and Kuma's.</summary>
    public static readonly TimeSpan DefaultMaxInterval = TimeSpan.FromSeconds(300);
}
