namespace Mesh.Model.Recording;

/// <summary>That sidecars note who asks what of their service.</summary>
/// <param name="Id">Which recording; what they report names it.</param>
/// <param name="EndsAt">When they stop by their own clock, whatever else they hear.</param>
public sealed record RecordingOrder(string Id, DateTimeOffset EndsAt)
{
    /// <summary>The longest recording: 8 h, a day at work.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(8);
}
