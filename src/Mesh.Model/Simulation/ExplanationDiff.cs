using System.Collections.Immutable;
using System.Globalization;

namespace Mesh.Model.Simulation;

/// <summary>What is decided otherwise about the same request.</summary>
internal static class ExplanationDiff
{
    /// <summary>A line for each decision that comes, goes or changes.</summary>
    public static ImmutableArray<string> Between(RequestExplanation now, RequestExplanation then)
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        if (now.Summary != then.Summary)
        {
            lines.Add($"{then.Summary} (now: {now.Summary})");
        }

        var (before, after) = (Decisions(now), Decisions(then));
        foreach (var key in after.Keys.Concat(before.Keys).Distinct())
        {
            var (was, will) = (before.GetValueOrDefault(key), after.GetValueOrDefault(key));
            if (was?.Decision != will?.Decision)
            {
                lines.Add($"{key}: {was?.Decision ?? "nothing"} would be {will?.Decision ?? "nothing"} by {(will ?? was)!.Origin}");
            }
        }

        return lines.ToImmutable();
    }

    private static Dictionary<string, ExplanationStep> Decisions(RequestExplanation explanation)
    {
        var decisions = new Dictionary<string, ExplanationStep>(StringComparer.Ordinal);
        foreach (var step in explanation.Steps)
        {
            decisions.TryAdd($"{step.Sidecar} {step.Topic}", step);
        }

        foreach (var (backend, step) in explanation.Backends.SelectMany(b => b.Steps.Select(s => (b, s))))
        {
            decisions.TryAdd(string.Create(CultureInfo.InvariantCulture, $"{step.Sidecar} {step.Topic} ({backend.Cluster})"), step);
        }

        return decisions;
    }
}
