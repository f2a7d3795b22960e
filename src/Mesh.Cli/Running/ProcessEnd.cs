namespace Mesh.Cli.Running;

/// <summary>How a process came to stay down.</summary>
internal enum ProcessEnd
{
    /// <summary>It was asked to stop.</summary>
    Stopped,

    /// <summary>It declined to run here, as optional services may.</summary>
    Declined,

    /// <summary>It ended by itself and is not started again.</summary>
    Failed,
}
