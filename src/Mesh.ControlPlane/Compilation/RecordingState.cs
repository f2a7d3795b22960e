using System.Security.Cryptography;
using Mesh.Model.Recording;

namespace Mesh.ControlPlane.Compilation;

/// <summary>That there is a recording, without what it saw: what replicas of a control plane tell each other of it.</summary>
/// <param name="Id">Its name.</param>
/// <param name="By">Who asked for it.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndsAt">When its time is over.</param>
/// <param name="HeldUntil">When it ends unless whoever began it is heard of before.</param>
/// <param name="EndedAt">When somebody ended it; <see langword="null"/>: nobody has.</param>
internal sealed record RecordingState(string Id, string By, DateTimeOffset StartedAt, DateTimeOffset EndsAt, DateTimeOffset HeldUntil, DateTimeOffset? EndedAt)
{
    /// <summary>How long it goes on after whoever holds it was last heard of.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromMinutes(1);

    /// <summary>When it ends by itself.</summary>
    public DateTimeOffset DueAt => HeldUntil < EndsAt ? HeldUntil : EndsAt;

    /// <summary>Begins one.</summary>
    /// <param name="duration">How long it may last, at most <see cref="RecordingOrder.Longest"/>.</param>
    /// <param name="by">Who asked.</param>
    /// <param name="now">The time.</param>
    public static RecordingState Begin(TimeSpan duration, string by, DateTimeOffset now) =>
        new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)), by, now, now + duration, now + Hold, EndedAt: null);

    /// <summary>Whether it goes on.</summary>
    public bool Runs(DateTimeOffset now) => EndedAt is null && now < DueAt;

    /// <summary>Whoever began it is still there.</summary>
    public RecordingState Kept(DateTimeOffset now) => this with { HeldUntil = now + Hold };
}
