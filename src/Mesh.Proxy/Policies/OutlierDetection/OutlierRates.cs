using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.OutlierDetection;

/// <summary>Finds the replicas whose share of successes speaks against them: by comparison with the others, or by itself.</summary>
internal static class OutlierRates
{
    /// <summary>Those that ought to be left out, the worst first: not all of them may be.</summary>
    /// <param name="rates">One interval.</param>
    /// <param name="settings">What is looked at.</param>
    public static IEnumerable<(UpstreamReplica Replica, string Reason)> Outliers(List<OutlierRate> rates, Model.Snapshots.OutlierDetection settings)
    {
        if (settings.SuccessRate is { } rule && With(rates, rule.RequestVolume, rule.MinimumHosts) is { } compared)
        {
            var mean = compared.Average(rate => rate.SuccessPercent);
            var variance = compared.Average(rate => (rate.SuccessPercent - mean) * (rate.SuccessPercent - mean));
            var least = mean - (Math.Sqrt(variance) * rule.DeviationThousandths / 1000);
            foreach (var rate in compared.Where(rate => rate.SuccessPercent < least))
            {
                yield return (rate.Replica, "success rate");
            }
        }

        if (settings.FailurePercentage is { } limit && With(rates, limit.RequestVolume, limit.MinimumHosts) is { } counted)
        {
            foreach (var rate in counted.Where(rate => 100 - rate.SuccessPercent >= limit.Threshold))
            {
                yield return (rate.Replica, "failure percentage");
            }
        }
    }

    private static List<OutlierRate>? With(List<OutlierRate> rates, int volume, int hosts)
    {
        var enough = rates.Where(rate => rate.Volume >= volume).OrderBy(rate => rate.SuccessPercent).ToList();
        return enough.Count >= hosts ? enough : null;
    }
}
