namespace Mesh.Laptop.Api;

/// <summary>The control plane's API did not do what was asked; the message is for users.</summary>
internal class ControlPlaneException(ControlPlaneFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public ControlPlaneFault Fault { get; } = fault;
}
