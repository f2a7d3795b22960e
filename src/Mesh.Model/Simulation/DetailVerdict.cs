namespace Mesh.Model.Simulation;

/// <summary>What became of something that a decision looked at.</summary>
public enum DetailVerdict
{
    /// <summary>It decided.</summary>
    Decides,

    /// <summary>It does not concern this request.</summary>
    DoesNotMatch,

    /// <summary>It would have decided otherwise, but somebody else is heard first.</summary>
    Overruled,

    /// <summary>It would have matched, but something that matched was tried before.</summary>
    NotReached,
}
