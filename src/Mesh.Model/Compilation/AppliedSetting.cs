namespace Mesh.Model.Compilation;

/// <summary>One thing that a policy or an edge decided for a sidecar.</summary>
/// <param name="Where">The listener (<c>outbound/…</c>), the cluster (<c>cluster/…</c>) or the port (<c>inbound/http</c>) that it is about.</param>
/// <param name="Setting">What, such as <c>timeout.request</c> or <c>allow</c>.</param>
/// <param name="Value">Its value for people.</param>
/// <param name="Origin">Who said so.</param>
public sealed record AppliedSetting(string Where, string Setting, string Value, Origin Origin)
{
    /// <inheritdoc />
    public override string ToString() => $"{Where} {Setting} = {Value} by {Origin}";
}
