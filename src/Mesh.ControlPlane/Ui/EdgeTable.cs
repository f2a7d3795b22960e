using Mesh.ControlPlane.Compilation;
using Mesh.Model.Identity;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Ui;

/// <summary>Who may call whom, and who said so. What is not in it is refused.</summary>
internal static class EdgeTable
{
    private const string Every = "all";

    public static Html Render(CompilationState state)
    {
        var rows = state.Mesh.Snapshots.Values.SelectMany(s => s.Inbound).SelectMany(Rows).ToList();
        rows.AddRange(state.Configuration.Topology.Services.Values.SelectMany(s => s.Uses)
            .Where(e => state.Configuration.Topology.ExternalServices.ContainsKey(e.Callee))
            .Select(e => Row("t-good", "may call", ServiceCards.Name(e.Caller), Callee(e.Callee, e.Port ?? "every port"), Every, e.Origin)));
        return rows.Count == 0
            ? Html.Of($"<div class=\"card empty\">Nobody may call anybody: declare an edge (uses) or apply a TrafficPermission.</div>")
            : Html.Of($"<div class=\"scroll\"><table><thead><tr><th>Caller</th><th></th><th>Callee</th><th>Requests</th><th class=\"wide\">Because of</th></tr></thead><tbody>{Html.Join(rows)}</tbody></table></div>");
    }

    private static IEnumerable<Html> Rows(InboundPort port)
    {
        var callee = Callee(port.Port.Service, port.Port.Port);
        return port.Permissions.Deny.Select(r => Row("t-bad", "may not call", Caller(r), callee, Requests(r), r.Origin))
            .Concat(port.Permissions.Allow.Select(r => Row("t-good", "may call", Caller(r), callee, Requests(r), r.Origin)))
            .Concat(port.Permissions.AllowWithShadowDeny.Select(r => Row("t-warn", "may call, for now", Caller(r), callee, Requests(r), r.Origin)));
    }

    private static Html Row(string colour, string verb, string caller, string callee, string requests, Model.Origin origin) => Html.Of($"""
        <tr><td>{caller}</td><td class="{colour}">{verb}</td><td>{callee}</td><td class="mono">{requests}</td>
        <td class="wide soft">{origin.Kind} {origin.Name}{(origin.Location is null ? default : Html.Of($" <span class=\"mono\">{origin.Location}</span>"))}</td></tr>
        """);

    private static string Caller(PermissionRule rule) => rule.Principals.IsEmpty ? rule.Anyone ? "everyone" : "everyone in the mesh" : string.Join(", ", rule.Principals.Select(Name));

    private static string Name(PrincipalMatch principal) =>
        !principal.IsPrefix && SpiffeId.TryParse(principal.Value, out var id) && id.TryGetService(out var service)
            ? ServiceCards.Name(service)
            : $"{principal.Value}{(principal.IsPrefix ? "*" : "")}";

    private static string Callee(ServiceId service, string port) => $"{ServiceCards.Name(service)} : {port}";

    private static string Requests(PermissionRule rule)
    {
        string[] conditions = [.. rule.Requests.Select(Request), .. rule.Token is null ? [] : new[] { $"with {PermissionText.Of(rule.Token)}" }];
        return conditions.Length == 0 ? Every : string.Join(", ", conditions);
    }

    private static string Request(RequestMatch request)
    {
        var text = $"{request.Method ?? "any method"} {request.Path?.Value ?? "any path"}{(request.Path?.Kind == PathMatchKind.PathPrefix ? "*" : "")}";
        return request.Headers.IsEmpty ? text : $"{text} [{string.Join(", ", request.Headers.Select(header => header.Name))}]";
    }
}
