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
        TokenProviders = [],
    };

    private static ImmutableArray<PermissionRule> Of(ImmutableArray<PermissionRule> rules) =>
        [.. rules.Select(rule => Readable(rule, isDenial: false)).OfType<PermissionRule>().Select(Of).OfType<PermissionRule>()];

    // What servers cannot read never widens access: who is denied by it is denied without it, who is allowed by it is not. They verify no tokens.
    private static PermissionRule? Readable(PermissionRule rule, bool isDenial)
    {
        if (rule.Token is not null)
        {
            return isDenial ? Readable(rule with { Token = null }, isDenial) : null;
        }

        if (rule.Requests.All(request => IsReadable(request.Path) && request.Headers.All(IsReadable)))
        {
            return rule;
        }

        ImmutableArray<RequestMatch> requests = isDenial
            ? [.. rule.Requests.Select(request => request with { Path = IsReadable(request.Path) ? request.Path : null, Headers = [.. request.Headers.Where(IsReadable)] })]
            : [.. rule.Requests.Where(request => IsReadable(request.Path) && request.Headers.All(IsReadable))];
        return requests.IsEmpty ? null : rule with { Requests = requests };
    }

    private static bool IsReadable(PathMatch? path) => path is not { Kind: PathMatchKind.RegularExpression } || Re2Syntax.Fault(path.Value) is null;

    // Headers of gRPC's own are refused (gRFC A41).
    private static bool IsReadable(ValueMatch header) =>
        !header.Name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase) && (header.Kind != ValueMatchKind.RegularExpression || Re2Syntax.Fault(header.Value) is null);

    /// <returns><see langword="null"/>: it is about no gRPC call.</returns>
    private static PermissionRule? Of(PermissionRule rule)
    {
        if (rule.Requests.IsEmpty)
        {
            return rule;
        }

        var calls = rule.Requests.Where(request => request.Method is null or GrpcMethod).Select(request => request with { Method = null }).ToImmutableArray();
        return calls.IsEmpty ? null : rule with { Requests = calls.Any(call => call is { Path: null, Headers.IsEmpty: true }) ? [] : calls };
    }
}
