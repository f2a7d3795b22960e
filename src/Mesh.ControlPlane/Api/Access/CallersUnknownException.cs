namespace Mesh.ControlPlane.Api;

/// <summary>Who calls cannot be found out at the moment: the same call may pass later.</summary>
internal sealed class CallersUnknownException(string message, Exception inner) : Exception(message, inner);
