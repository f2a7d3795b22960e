using System.Collections.Immutable;
using Mesh.Model.Snapshots;

namespace Mesh.Xds.Proxyless;

/// <summary>
/// Permissions as a gRPC server can hold them. Every gRPC call is a POST: what a rule says of methods is decided here, for not every server decides it alike.
/// </summary>
internal static class ProxylessPermissions
{
    private const string GrpcMethod = "POST";

    public static PermissionSet Of(PermissionSet permissions) => permissions with
    {
        Deny = Of(permissions.Deny),
        Allow = Of(permissions.Allow),
        AllowWithShadowDeny = Of(permissions.AllowWithShadowDeny),
    };

    private static ImmutableArray<PermissionRule> Of(ImmutableArray<PermissionRule> rules) => [.. rules.Select(Of).OfType<PermissionRule>()];

    /// <returns><see langword="null"/>: it is about no gRPC call.</returns>
    private static PermissionRule? Of(PermissionRule rule)
    {
        if (rule.Requests.IsEmpty)
        {
            return rule;
        }

        var calls = rule.Requests.Where(request => request.Method is null or GrpcMethod).Select(request => request with { Method = null }).ToImmutableArray();
        return calls.IsEmpty ? null : rule with { Requests = calls.Any(call => call.Path is null) ? [] : calls };
    }
}
