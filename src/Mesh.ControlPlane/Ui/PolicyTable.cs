using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Store;
using Mesh.Model.Compilation;
using Mesh.Model.Policies;

namespace Mesh.ControlPlane.Ui;

/// <summary>Policies with their source, files with their mistakes.</summary>
internal static class PolicyTable
{
    public static Html Render(CompilationState state, StoredConfiguration stored)
    {
        var warnings = state.Warnings.ToLookup(w => w.Resource);
        var policies = stored.Resources.Where(r => r.Resource is Policy).Select(r => Policy(r, r.InForce ? warnings[r.Resource.Key] : [])).ToArray();
        var others = state.Warnings.Where(w => stored.Resources.All(r => r.Resource is not Model.Policies.Policy || r.Resource.Key != w.Resource));
        return Html.Of($"""
            {Html.Join(stored.Entries.Where(f => !f.IsGood).Select(Mistakes))}
            {Html.Join(others.Select(w => Html.Of($"<div class=\"alarm soft\"><span class=\"mono\">{w.Origin.Location}</span> {w.Rule.Id} {w.Resource}: {w.Message}</div>")))}
            {(policies.Length == 0 ? Html.Of($"<div class=\"card empty\">No policy: defaults apply.</div>") : Html.Of($"<div class=\"scroll\"><table><thead><tr><th>Policy</th><th>From</th><th>State</th></tr></thead><tbody>{Html.Join(policies)}</tbody></table></div>"))}
            """);
    }

    private static Html Policy(StoredResource policy, IEnumerable<CompileWarning> warnings) => Html.Of($"""
        <tr><td>{policy.Resource.Kind} <b>{policy.Resource.Key.QualifiedName}</b></td><td class="mono soft">{policy.Resource.Origin.Location}</td>
        <td>{(policy.Resource is Policy { IsRehearsed: true } && policy.InForce ? Html.Of($"<span class=\"soft\">rehearsed</span>") : policy.InForce ? Html.Of($"<span class=\"t-good\">in force</span>") : Html.Of($"<span class=\"soft\">shadowed by {policy.ShadowedBy}</span>"))}
        {Html.Join(warnings.Select(w => Html.Of($"<div class=\"t-warn\">{w.Rule.Id} {w.Path}: {w.Message}</div>")))}</td></tr>
        """);

    private static Html Mistakes(SourceEntry entry) => Html.Of($"""
        <div class="alarm"><b class="mono">{entry.Text.Name}</b> is refused; {(entry.LastGood.IsEmpty ? "nothing of it is in force but its permissions" : "its last good version stays, its permissions apart")}
        {Html.Join(entry.Violations.Select(v => Html.Of($"<div class=\"mono\">{(v.Line is null ? "" : $"line {v.Line}: ")}{v.Path}: {v.Message}</div>")))}</div>
        """);
}
