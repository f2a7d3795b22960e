namespace Mesh.Model.Policies.Targeting;

/// <summary>What a target reference can name.</summary>
public enum TargetKind
{
    /// <summary>Everything.</summary>
    Mesh,

    /// <summary>Services by name or labels.</summary>
    Service,
}
