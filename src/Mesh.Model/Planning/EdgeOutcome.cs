namespace Mesh.Model.Planning;

/// <summary>What becomes of a declared edge. Every edge has one, so that nothing is skipped silently.</summary>
public enum EdgeOutcome
{
    /// <summary>Through the caller's sidecar, with identity and policies.</summary>
    Meshed,

    /// <summary>The callee's endpoint cannot go through sidecars; the caller gets the app's own address.</summary>
    Skipped,

    /// <summary>One side is outside the mesh; the call goes as if there were no mesh.</summary>
    Plain,

    /// <summary>The caller is outside the mesh and was not allowed in.</summary>
    Refused,
}
