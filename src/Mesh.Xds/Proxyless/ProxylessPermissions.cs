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
        Deny = [.. permissions.Deny.Select(rule => Of(Readable(rule, isDenial: true)!)).OfType<PermissionRule>()],
        Allow = Of(permissions.Allow),
        AllowWithShadowDeny = Of(permissions.AllowWithShadowDeny),
    };

    private static ImmutableArray<PermissionRule> Of(ImmutableArray<PermissionRule> rules) =>
        [.. rules.Select(rule => Readable(rule, isDenial: false)).OfType<PermissionRule>().Select(Of).OfType<PermissionRule>()];

    // A path that servers cannot read never widens access: who is denied by it is denied every path, who is allowed by it none.
    private static PermissionRule? Readable(PermissionRule rule, bool isDenial)
    {
        bool IsReadable(RequestMatch request) => request.Path is not { Kind: PathMatchKind.RegularExpression } path || Re2Syntax.Fault(path.Value) is null;
        if (rule.Requests.All(IsReadable))
        {
            return rule;
        }

        ImmutableArray<RequestMatch> requests = isDenial
            ? [.. rule.Requests.Select(request => IsReadable(request) ? request : request with { Path = null })]
            : [.. rule.Requests.Where(IsReadable)];
        return requests.IsEmpty ? null : rule with { Requests = requests };
    }

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
