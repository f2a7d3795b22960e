namespace Mesh.ControlPlane.Compilation;

/// <summary>A fault could neither begin nor end, for what the replicas of the control plane share cannot be read or written.</summary>
internal sealed class FaultsUnreachableException(string message, Exception? inner = null) : Exception(message, inner);
