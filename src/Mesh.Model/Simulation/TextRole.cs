namespace Mesh.Model.Simulation;

/// <summary>What a run of an explanation's text is, for a terminal that has colours.</summary>
public enum TextRole
{
    /// <summary>What is said.</summary>
    Plain,

    /// <summary>What a part is about.</summary>
    Heading,

    /// <summary>Whose sidecar decides what follows.</summary>
    Sidecar,

    /// <summary>What is decided upon.</summary>
    Topic,

    /// <summary>It passes, or it decides.</summary>
    Good,

    /// <summary>It would have decided, or would decide from now on.</summary>
    Doubtful,

    /// <summary>It ends here.</summary>
    Bad,

    /// <summary>Who said so, and what did not decide.</summary>
    Quiet,
}
