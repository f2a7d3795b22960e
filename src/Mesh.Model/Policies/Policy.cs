using Mesh.Model.Policies.Targeting;
using Mesh.Model.Resources;

namespace Mesh.Model.Policies;

/// <summary>What one document says about how services behave: for a choice of proxies, settings towards others (<c>to</c>) or for those who call them (<c>rules</c>).</summary>
public abstract record Policy : MeshResource
{
    /// <summary>The label by which a policy is only rehearsed: with the value <c>shadow</c> it is evaluated and reported, and not applied.</summary>
    public const string EffectLabel = "mesh.dev/effect";

    /// <summary>Its only value.</summary>
    public const string Shadow = "shadow";

    /// <summary>Whether it is only rehearsed.</summary>
    public bool IsRehearsed => Metadata.Labels.GetValueOrDefault(EffectLabel) == Shadow;

    /// <summary>Which proxies it is for. Default: all of the mesh that its namespace may speak for.</summary>
    public TargetRef TargetRef { get; init; } = TargetRef.Mesh;
}
