using Mesh.Model.Snapshots;

namespace Mesh.Model.Policies.TrafficPermission;

/// <summary>Permissions in one line for people.</summary>
public static class PermissionText
{
    /// <summary>A rule.</summary>
    public static string Of(PermissionRule rule)
    {
        if (rule is { Principals: [{ IsPrefix: false } only], Requests.IsEmpty: true, Token: null })
        {
            return only.Value; // a declared edge, as nearly all are
        }

        var who = rule switch
        {
            { Principals.IsEmpty: false } => string.Join(", ", rule.Principals.Select(p => p.IsPrefix ? $"{p.Value}*" : p.Value)),
            { Anyone: true } => "everyone, without an identity too",
            _ => "everyone",
        };
        var token = rule.Token is null ? "" : $" with {Of(rule.Token)}";
        return rule.Requests.IsEmpty ? who + token : $"{who}{token}: {string.Join(", ", rule.Requests.Select(Of))}";
    }

    /// <summary>What a rule wants of the token.</summary>
    public static string Of(TokenMatch token)
    {
        var whose = string.Join(" or ", token.Providers);
        return token.Missing
            ? $"no token of {whose}"
            : token.Claims.IsEmpty ? $"a token of {whose}" : $"a token of {whose} ({string.Join(", ", token.Claims.Select(Of))})";
    }

    private static string Of(ClaimMatch claim) => claim.Values.IsEmpty
        ? $"{string.Join('.', claim.Path)} contains {string.Join(" or ", claim.Contains)}"
        : $"{string.Join('.', claim.Path)} is {string.Join(" or ", claim.Values)}";

    private static string Of(ValueMatch header) => header.Kind switch
    {
        ValueMatchKind.Present => $"{header.Name} present",
        ValueMatchKind.Absent => $"{header.Name} absent",
        ValueMatchKind.Prefix => $"{header.Name} {header.Value}*",
        ValueMatchKind.RegularExpression => $"{header.Name} ~{header.Value}",
        _ => $"{header.Name} {header.Value}",
    };

    private static string Of(RequestMatch request)
    {
        var path = request.Path switch
        {
            null => "any path",
            { Kind: PathMatchKind.Exact } exact => exact.Value,
            { Kind: PathMatchKind.PathPrefix } prefix => $"{prefix.Value}*",
            { } expression => $"~{expression.Value}",
        };
        var text = request.Method is null ? path : $"{request.Method} {path}";
        return request.Headers.IsEmpty ? text : $"{text} [{string.Join(", ", request.Headers.Select(Of))}]";
    }
}
