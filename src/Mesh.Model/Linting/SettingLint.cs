using Mesh.Model.Compilation;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Resources;

namespace Mesh.Model.Linting;

/// <summary>Who is heard and who is not, whatever the policies are about.</summary>
internal static class SettingLint
{
    public static void Run(LintContext context, LintReport report)
    {
        var heard = new HashSet<(string Kind, string Name)>();
        var overruled = new Dictionary<(string Kind, string Name), AppliedSetting>();
        var seen = new HashSet<AppliedSetting>(ReferenceEqualityComparer.Instance);
        foreach (var setting in context.Explanations.Values.SelectMany(s => s))
        {
            // Callers of whom the same is said share what was made for one of them.
            if (!seen.Add(setting))
            {
                continue;
            }

            heard.Add((setting.Origin.Kind, setting.Origin.Name));
            foreach (var lost in setting.Overruled)
            {
                overruled.TryAdd((lost.Origin.Kind, lost.Origin.Name), setting);
                Tie(setting, lost, report);
            }
        }

        foreach (var policy in context.Policies.All.Where(p => p is not TrafficPermissionPolicy && !report.HasWarned(p.Key)))
        {
            var name = (policy.Kind, policy.Key.QualifiedName);
            if (heard.Contains(name))
            {
                continue;
            }

            if (overruled.TryGetValue(name, out var by))
            {
                report.Add(LintRules.Overruled, policy, DeclaredResource.SpecPath, $"is never heard: everything it says is said by others that are heard first, such as {by.Setting} = {by.Value} by {by.Origin}; narrow its targets, or take it out");
            }
            else
            {
                report.Add(LintRules.Unheard, policy, DeclaredResource.SpecPath, "changes nothing: no call that anybody declares is what it is about; add the use, or take it out");
            }
        }
    }

    private static void Tie(AppliedSetting setting, OverruledSetting lost, LintReport report)
    {
        if (!lost.IsTie || setting.Setting.StartsWith("route", StringComparison.Ordinal))
        {
            return;
        }

        if (lost.Origin.Kind == setting.Origin.Kind && lost.Origin.Name == setting.Origin.Name)
        {
            report.Add(LintRules.SaidTwice, lost.Origin, $"says {setting.Setting} = {lost.Value}, and {setting.Origin.Rule} of the same policy says {setting.Value} for the same calls; the later one is heard: take one of them out");
        }
        else
        {
            report.Add(LintRules.ByAlphabet, lost.Origin, $"says {setting.Setting} = {lost.Value} for the same calls as {setting.Origin}, which says {setting.Value} and is heard only because its name comes first; narrow one of them, or take one out");
        }
    }
}
