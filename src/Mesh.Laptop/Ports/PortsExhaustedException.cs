namespace Mesh.Laptop.Ports;

/// <summary>There is no free port left; the message is for users.</summary>
internal sealed class PortsExhaustedException(string message) : Exception(message);
