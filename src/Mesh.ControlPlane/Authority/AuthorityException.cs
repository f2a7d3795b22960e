namespace Mesh.ControlPlane.Authority;

/// <summary>The authority cannot be used, or a step of a rotation is not due; the message says what to do.</summary>
internal sealed class AuthorityException(string message) : Exception(message);
