using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Linting;

/// <summary>Routes as they stand beside each other once all policies are merged.</summary>
internal static class RouteTableLint
{
    // Each rule is compared with all in front of it; a table so long is made by a program.
    private const int MostRules = 500;

    public static void Run(LintContext context, LintReport report)
    {
        foreach (var table in context.Snapshots.Values.SelectMany(s => s.RouteTables).Distinct<RouteTable>(ReferenceEqualityComparer.Instance))
        {
            if (table.Rules.All(r => r.Origin == Origin.Default) || table.Rules.Length > MostRules)
            {
                continue;
            }

            for (var i = 1; i < table.Rules.Length; i++)
            {
                if (table.Rules.Take(i).FirstOrDefault(r => Coverage.Of(r.Match, table.Rules[i].Match)) is { } first)
                {
                    report.Add(LintRules.Unreachable, table.Rules[i].Origin, $"is never reached: {first.Name} ({RouteText.Of(first.Match)}; {first.Origin.Location ?? first.Origin.Name}) takes everything that matches {RouteText.Of(table.Rules[i].Match)}; narrow that one, or take this one out");
                }
            }

            if (!table.Rules.Any(r => Coverage.Of(r.Match, RouteMatch.Any)))
            {
                report.Add(LintRules.NothingForTheRest, table.Rules[^1].Origin, $"is the last rule for {table.Name[ResourceNames.OutboundPrefix.Length..]}, and none takes what no match takes: that is answered with 404; add a rule without matches for the rest");
            }
        }

        foreach (var setting in context.Explanations.Values.SelectMany(s => s).Where(s => !s.Overruled.IsEmpty && s.Setting.StartsWith("route", StringComparison.Ordinal)))
        {
            foreach (var lost in setting.Overruled)
            {
                report.Add(LintRules.RouteOverruled, lost.Origin, $"says where the same requests go as {setting.Origin}, which is heard first; match other requests, or take one of them out");
            }
        }
    }
}
