using System.Text.RegularExpressions;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Resources;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Linting;

/// <summary>Paths that can never match what their author had in mind.</summary>
internal static partial class PathLint
{
    public static void Run(LintContext context, LintReport report)
    {
        foreach (var policy in context.Policies.All.OfType<HttpRoutePolicy>())
        {
            for (var i = 0; i < policy.To.Length; i++)
            {
                var rules = (DeclaredResource.SpecPath / "to")[i] / "rules";
                for (var r = 0; r < policy.To[i].Rules.Length; r++)
                {
                    var matches = policy.To[i].Rules[r].Matches;
                    for (var m = 0; m < matches.Length; m++)
                    {
                        Check(matches[m].Path, policy, (rules[r] / "matches")[m] / "path", report);
                    }
                }
            }
        }

        foreach (var policy in context.Policies.All.OfType<TrafficPermissionPolicy>())
        {
            for (var r = 0; r < policy.Rules.Length; r++)
            {
                var at = (DeclaredResource.SpecPath / "rules")[r] / "default";
                var settings = policy.Rules[r].Default;
                foreach (var (list, callers) in settings.Lists)
                {
                    for (var i = 0; i < callers.Length; i++)
                    {
                        for (var p = 0; p < callers[i].Paths.Length; p++)
                        {
                            Check(callers[i].Paths[p], policy, ((at / list)[i] / "paths")[p], report);
                        }
                    }
                }
            }
        }
    }

    private static void Check(PathMatch? path, DeclaredResource resource, FieldPath at, LintReport report)
    {
        if (path is null)
        {
            return;
        }

        at /= "value";
        if (path.Kind == PathMatchKind.RegularExpression)
        {
            if (!path.Value.AsSpan().ContainsAny(@"\.[](){}*+?|^$".AsSpan()))
            {
                report.Add(LintRules.PlainExpression, resource, at, $"is the expression {Wording.Quote(path.Value)}, which is plain text; use type Exact, or PathPrefix for what is below it too");
            }

            return;
        }

        if (path.Value.Contains('*', StringComparison.Ordinal))
        {
            report.Add(LintRules.GlobInPath, resource, at, $"is {Wording.Quote(path.Value)} of type {path.Kind}, which takes the star for a letter; use PathPrefix with what stands before it, or RegularExpression");
        }

        if (Encoded().IsMatch(path.Value))
        {
            report.Add(LintRules.EncodedPath, resource, at, $"is {Wording.Quote(path.Value)}, but paths are compared decoded, so it never matches; write {Wording.Quote(Uri.UnescapeDataString(path.Value))}");
        }
    }

    [GeneratedRegex("%[0-9A-Fa-f]{2}")]
    private static partial Regex Encoded();
}
