namespace Mesh.ControlPlane.Api;

/// <summary>Someone wrote, or tried to.</summary>
/// <param name="At">When.</param>
/// <param name="Who">The API token's name.</param>
/// <param name="Action">What: <c>apply</c>, <c>delete</c>, <c>undo</c>, <c>token</c>, <c>rotate</c>, <c>fault</c>, <c>fault end</c>.</param>
/// <param name="Target">On what: kind and name.</param>
/// <param name="Before">Hash of what was there; <see langword="null"/>: nothing.</param>
/// <param name="After">Hash of what is there now; <see langword="null"/>: nothing.</param>
/// <param name="Outcome"><c>done</c> or <c>refused</c>.</param>
internal sealed record AuditEvent(DateTimeOffset At, string Who, string Action, string Target, string? Before, string? After, string Outcome);
