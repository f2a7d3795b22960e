using Mesh.Proxy.Errors;

namespace Mesh.Proxy.Policies.Fault;

/// <summary>A fault breaks something off that has begun.</summary>
internal sealed class FaultInjectedException(Failure failure) : IOException("A fault that somebody asked for breaks it off.")
{
    /// <summary>What it is told as.</summary>
    public Failure Failure => failure;
}
