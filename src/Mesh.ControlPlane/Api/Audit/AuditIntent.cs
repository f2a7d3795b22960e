using System.Collections.Immutable;

namespace Mesh.ControlPlane.Api;

/// <summary>Something that is about to be done and is on the disk as such. Disposing of it without a word on how it went says that it failed.</summary>
internal sealed class AuditIntent(AuditTrail trail, ImmutableArray<AuditEvent> begun) : IDisposable
{
    private bool _isOver;

    /// <summary>It was done.</summary>
    /// <param name="after">Hash of what is there now, for each target; <see langword="null"/>: nothing.</param>
    public void Done(params ReadOnlySpan<string?> after)
    {
        var done = ImmutableArray.CreateBuilder<AuditEvent>(begun.Length);
        for (var i = 0; i < begun.Length; i++)
        {
            done.Add(begun[i] with { After = i < after.Length ? after[i] : null });
        }

        End(done.MoveToImmutable(), AuditEvent.Done);
    }

    /// <summary>It was done, and only now it is known to what.</summary>
    /// <param name="target">On what.</param>
    /// <param name="before">Hash of what was there; <see langword="null"/>: nothing.</param>
    /// <param name="after">Hash of what is there now; <see langword="null"/>: nothing.</param>
    public void DoneAs(string target, string? before, string? after) => End([.. begun.Select(e => e with { Target = target, Before = before, After = after })], AuditEvent.Done);

    /// <summary>It was not done, for it was not in order.</summary>
    public void Refused() => End([.. begun.Select(e => e with { After = e.Before })], AuditEvent.Refused);

    /// <summary>There was nothing to do.</summary>
    public void Nothing() => End(begun, AuditEvent.Nothing);

    /// <inheritdoc />
    public void Dispose() => End(begun, AuditEvent.Failed);

    private void End(ImmutableArray<AuditEvent> events, string outcome)
    {
        if (!_isOver)
        {
            _isOver = true;
            trail.End([.. events.Select(e => e with { Outcome = outcome })]);
        }
    }
}
