using Mesh.Model.Policies.Matching;
using Mesh.Model.Policies.Targeting;
using Mesh.Model.Resources;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies;

/// <summary>What one document says about how services behave: for a choice of proxies, settings towards others (<c>to</c>) or for those who call them (<c>rules</c>).</summary>
public abstract record Policy : DeclaredResource
{
    /// <summary>The label by which a policy is only rehearsed: with the value <c>shadow</c> it is evaluated and reported, and not applied.</summary>
    public const string EffectLabel = "mesh.dev/effect";

    /// <summary>Its only value.</summary>
    public const string Shadow = "shadow";

    /// <summary>Whether it is only rehearsed.</summary>
    public bool IsRehearsed => Metadata.Labels.GetValueOrDefault(EffectLabel) == Shadow;

    /// <summary>Which proxies it is for. Default: all of the mesh that its namespace may speak for.</summary>
    public TargetRef TargetRef { get; init; } = TargetRef.Mesh;

    /// <summary>How many entries <c>to</c> has. 0 for kinds that say nothing of the calling side.</summary>
    public abstract int ToCount { get; }

    /// <summary>How many entries <c>rules</c> has. 0 for kinds that say nothing of the receiving side.</summary>
    public abstract int RulesCount { get; }

    /// <summary>The same with the entries of another behind its own.</summary>
    /// <param name="more">The other; its frame is not looked at.</param>
    /// <exception cref="InvalidCastException">The other is of another kind.</exception>
    public abstract Policy With(Policy more);

    /// <summary>Whether all that it says is for the owner of the services that it is for: how they are called.</summary>
    internal abstract bool IsInbound { get; }

    /// <summary>Whom the entries of <c>to</c> are about, each with its entry.</summary>
    internal abstract IEnumerable<(TargetRef Target, FieldPath Entry)> Targets { get; }

    /// <summary>The callers that entries of <c>rules</c> name, each with its place.</summary>
    internal abstract IEnumerable<(CallerRef Caller, FieldPath At)> Callers { get; }
}
