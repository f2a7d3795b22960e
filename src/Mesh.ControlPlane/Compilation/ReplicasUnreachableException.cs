namespace Mesh.ControlPlane.Compilation;

/// <summary>A fault or a recording could neither begin nor end, for what the replicas of the control plane share cannot be read or written.</summary>
internal sealed class ReplicasUnreachableException(string message, Exception? inner = null) : Exception(message, inner);
