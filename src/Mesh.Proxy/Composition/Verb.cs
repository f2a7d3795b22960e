namespace Mesh.Proxy.Composition;

/// <summary>What the process can do.</summary>
internal enum Verb
{
    /// <summary>Carry traffic.</summary>
    Run,

    /// <summary>Ask a running proxy whether it is ready.</summary>
    HealthCheck,

    /// <summary>Take a running proxy out of the mesh.</summary>
    Drain,

    /// <summary>Say what is wrong with the bootstrap file.</summary>
    Check,

    /// <summary>Print the version.</summary>
    Version,

    /// <summary>Print the usage.</summary>
    Help,
}
