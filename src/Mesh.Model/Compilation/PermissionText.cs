using Mesh.Model.Snapshots;

namespace Mesh.Model.Compilation;

/// <summary>Permissions in one line for people.</summary>
internal static class PermissionText
{
    public static string Of(PermissionRule rule)
    {
        if (rule is { Principals: [{ IsPrefix: false } only], Requests.IsEmpty: true })
        {
            return only.Value; // a declared edge, as nearly all are
        }

        var who = rule.Principals.IsEmpty ? "everyone" : string.Join(", ", rule.Principals.Select(p => p.IsPrefix ? $"{p.Value}*" : p.Value));
        return rule.Requests.IsEmpty ? who : $"{who}: {string.Join(", ", rule.Requests.Select(Of))}";
    }

    private static string Of(RequestMatch request)
    {
        var path = request.Path switch
        {
            null => "any path",
            { Kind: PathMatchKind.Exact } exact => exact.Value,
            { Kind: PathMatchKind.PathPrefix } prefix => $"{prefix.Value}*",
            { } expression => $"~{expression.Value}",
        };
        return request.Method is null ? path : $"{request.Method} {path}";
    }
}
