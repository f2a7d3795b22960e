namespace Mesh.Model.Snapshots;

/// <summary>A replica that comes takes its share little by little: caches are cold, code is not compiled yet.</summary>
/// <param name="Window">How long that takes; its share grows evenly over it.</param>
/// <param name="MinWeightPercent">With how much of its share it begins, in percent. Default: 10, Envoy's.</param>
public sealed record SlowStart(TimeSpan Window, int MinWeightPercent = SlowStart.DefaultMinWeightPercent)
{
    /// <summary>What <see cref="MinWeightPercent"/> is where nothing is said: Envoy's.</summary>
    public const int DefaultMinWeightPercent = 10;
}
