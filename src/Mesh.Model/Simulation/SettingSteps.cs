using Mesh.Model.Compilation;

namespace Mesh.Model.Simulation;

/// <summary>The settings that hold for a call, of whatever policies there are: each with who said it and whom it overrules.</summary>
internal static class SettingSteps
{
    /// <summary>The steps, one for each setting.</summary>
    /// <param name="sidecar">Whose.</param>
    /// <param name="settings">The settings of one place.</param>
    /// <param name="caller">The caller's SPIFFE id, for settings that are some callers' only.</param>
    public static IEnumerable<ExplanationStep> Of(string sidecar, IEnumerable<AppliedSetting> settings, string caller)
    {
        foreach (var group in settings.Where(s => s.Caller is null || s.Caller.Matches(caller)).GroupBy(s => s.Setting))
        {
            // One for this caller is heard before one for everybody.
            AppliedSetting[] ranked = [.. group.OrderBy(s => s.Caller is null)];
            if (ranked[0].Caller is null)
            {
                foreach (var setting in ranked)
                {
                    yield return Step(sidecar, setting, []);
                }
            }
            else
            {
                yield return Step(sidecar, ranked[0], ranked[1..]);
            }
        }
    }

    private static ExplanationStep Step(string sidecar, AppliedSetting setting, AppliedSetting[] behind) => new(sidecar, setting.Setting, setting.Value, setting.Origin)
    {
        Details =
        [
            .. behind.Select(b => new StepDetail(b.Value, DetailVerdict.Overruled, b.Origin)),
            .. setting.Overruled.Select(o => new StepDetail(o.Value, DetailVerdict.Overruled, o.Origin)),
        ],
    };
}
