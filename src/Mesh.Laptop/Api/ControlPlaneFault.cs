namespace Mesh.Laptop.Api;

/// <summary>Why the control plane's API did not do what was asked.</summary>
internal enum ControlPlaneFault
{
    /// <summary>Nobody answers, or not in time.</summary>
    Unreachable,

    /// <summary>It does not know the token.</summary>
    UnknownToken,

    /// <summary>The token may not do that.</summary>
    Forbidden,

    /// <summary>It failed itself, or answered what nobody understands.</summary>
    Failed,

    /// <summary>What was asked for is wrong; see <see cref="RefusedException"/>.</summary>
    Refused,
}
