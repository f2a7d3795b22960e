namespace Mesh.Model.Policies.AccessLog;

/// <summary>A line for each request, written by the calling side (<c>to</c>) or the receiving one (<c>rules</c>).</summary>
public sealed record AccessLogPolicy : TwoSidedPolicy<AccessLogSettings, AccessLogSettings>
{
    /// <summary>The kind, as documents write it.</summary>
    public const string KindName = "AccessLog";

    /// <inheritdoc />
    public override string Kind => KindName;
}
