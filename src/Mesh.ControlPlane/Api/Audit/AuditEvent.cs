namespace Mesh.ControlPlane.Api;

/// <summary>Someone wrote, or tried to.</summary>
/// <param name="At">When.</param>
/// <param name="Who">The API token's name.</param>
/// <param name="Action">What: <c>apply</c>, <c>delete</c>, <c>undo</c>, <c>token</c>, <c>rotate</c>, <c>fault</c>, <c>fault end</c>.</param>
/// <param name="Target">On what: kind and name.</param>
/// <param name="Before">Hash of what was there; <see langword="null"/>: nothing.</param>
/// <param name="After">Hash of what is there now; <see langword="null"/>: nothing.</param>
/// <param name="Outcome">
/// <c>done</c>, <c>refused</c>, <c>failed</c>; <c>begun</c>: it was about to be done, and the process ended before it could say more. In the file also <c>nothing</c>: there was nothing to do.
/// </param>
internal sealed record AuditEvent(DateTimeOffset At, string Who, string Action, string Target, string? Before, string? After, string Outcome)
{
    public const string Begun = "begun";
    public const string Done = "done";
    public const string Refused = "refused";
    public const string Failed = "failed";
    public const string Nothing = "nothing";

    /// <summary>What the word before and the word after have in common; <see langword="null"/>: there is only one.</summary>
    public string? Id { get; init; }
}
