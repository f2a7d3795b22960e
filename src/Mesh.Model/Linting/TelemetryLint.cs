using System.Collections.Immutable;
using Mesh.Model.Policies.Telemetry;
using Mesh.Model.Resources;
using Mesh.Model.Validation;

namespace Mesh.Model.Linting;

/// <summary>What Telemetry policies say of spans and metrics that are not made.</summary>
internal static class TelemetryLint
{
    public static void Run(LintContext context, LintReport report)
    {
        foreach (var policy in context.Policies.All.OfType<TelemetryPolicy>())
        {
            Entries(policy, "to", [.. policy.To.Select(item => item.Default)], report);
            Entries(policy, "rules", [.. policy.Rules.Select(item => item.Default)], report);
        }
    }

    private static void Entries(TelemetryPolicy policy, string list, ImmutableArray<TelemetrySettings> entries, LintReport report)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            var settings = entries[i];
            var at = (DeclaredResource.SpecPath / list)[i] / "default";
            Tags(policy, settings, at, report);
            if (settings.MetricsDisabled == true && settings.DurationBuckets is not null)
            {
                report.Add(LintRules.NothingMeasured, policy, at / "metrics" / "durationBuckets", "means nothing beside disabled: no duration is measured; take one of them out");
            }

            if (settings is { IgnoreParent: true, TracingDisabled: not true, Sampling: null or 100 })
            {
                report.Add(LintRules.ParentIgnored, policy, at / "tracing" / "ignoreParent", "with every trace sampled records also what callers decided not to record, one request at a time; say a share, or leave it out");
            }
        }
    }

    private static void Tags(TelemetryPolicy policy, TelemetrySettings settings, FieldPath at, LintReport report)
    {
        var tags = settings.Tags ?? [];
        var reason = settings.TracingDisabled == true ? "tracing is off"
            : settings.Sampling == 0 ? settings.IgnoreParent == true ? "no trace is sampled" : "no trace is sampled that begins here, so only those have them that callers sampled"
            : null;
        for (var i = 0; i < tags.Length; i++)
        {
            if (reason is not null && !tags[i].Metrics)
            {
                report.Add(LintRules.TagOfNoSpan, policy, (at / "tags")[i], $"is for spans, and {reason}; sample some, put it on metrics, or take it out");
            }

            if (settings.MetricsDisabled == true && tags[i].Metrics)
            {
                report.Add(LintRules.NothingMeasured, policy, (at / "tags")[i] / "metrics", "means nothing where metrics are disabled: no duration is measured; take one of them out");
            }
        }
    }
}
