using System.Collections.Immutable;
using Mesh.Model.Compilation;

namespace Mesh.Model.Linting;

/// <summary>Every lint rule, over everything that was declared: what is valid and will not do what it looks like.</summary>
internal static class MeshLint
{
    /// <summary>Runs all rules.</summary>
    /// <param name="context">What was declared, and what became of it.</param>
    /// <param name="references">What names something that is not there.</param>
    public static ImmutableArray<CompileWarning> Run(LintContext context, ImmutableArray<CompileWarning> references)
    {
        var report = new LintReport();
        foreach (var reference in references)
        {
            report.Add(reference);
        }

        TopologyLint.Run(context, report);
        PathLint.Run(context, report);
        RouteLint.Run(context, report);
        RouteTableLint.Run(context, report);
        PermissionLint.Run(context, report);
        ResilienceLint.Run(context, report);
        ProtocolLint.Run(context, report);
        BalancingLint.Run(context, report);
        TlsLint.Run(context, report);
        TelemetryLint.Run(context, report);

        // Last, for a policy of which something else was said is not told that it has no effect as well.
        SettingLint.Run(context, report);
        return report.Findings;
    }
}
