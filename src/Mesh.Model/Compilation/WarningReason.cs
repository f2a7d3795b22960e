namespace Mesh.Model.Compilation;

/// <summary>Why a route or policy will not do what it says, in Gateway API's words for their status.</summary>
public enum WarningReason
{
    /// <summary>None that Gateway API has a word for.</summary>
    None,

    /// <summary>A backend that does not exist.</summary>
    BackendNotFound,

    /// <summary>A backend that cannot be spoken to in this way.</summary>
    UnsupportedProtocol,

    /// <summary>Another kind of route stands for the same port.</summary>
    Conflicted,

    /// <summary>What a policy is for does not exist.</summary>
    TargetNotFound,
}
