using System.Collections.Immutable;
using System.Globalization;
using Mesh.Model.Compilation;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Policies.LoadBalancing;

/// <summary>The choice of replicas and of the wire, from LoadBalancing policies.</summary>
internal sealed class LoadBalancingCompiler
{
    private const string Prefix = "loadBalancing";

    private readonly OutboundEntries<LoadBalancingSettings> _entries = new();

    public LoadBalancingCompiler(PolicySet policies)
    {
        foreach (var policy in policies.All.OfType<LoadBalancingPolicy>())
        {
            _entries.Add(policy, policy.To.Select(i => (i.TargetRef, i.Default)));
        }
    }

    /// <summary>What is said of a caller's calls: equal lists lead to equal choices.</summary>
    public ImmutableArray<Layer<LoadBalancingSettings>> Said(Service caller, Upstream upstream) => _entries.For(caller, upstream);

    public Cluster Apply(Cluster cluster, Service caller, Upstream upstream, List<AppliedSetting> applied)
    {
        var fold = new Fold<LoadBalancingSettings>(_entries.For(caller, upstream), $"cluster/{upstream.Port}", Prefix, applied);
        var kind = fold.Take("type", s => s.Type, cluster.LoadBalancing.Kind);
        var balancing = new Snapshots.LoadBalancing(kind, fold.Take("leastRequest.choiceCount", s => s.ChoiceCount, cluster.LoadBalancing.ChoiceCount));
        if (kind == LoadBalancingKind.RingHash)
        {
            var max = fold.Take("ringHash.maxRingSize", s => s.MaxRingSize, RingSize.Limit);

            // Two policies may each say one of them.
            balancing = balancing with { Ring = new(Math.Min(max, fold.Take("ringHash.minRingSize", s => s.MinRingSize, RingSize.DefaultMin)), max) };
        }
        else if (kind == LoadBalancingKind.Maglev)
        {
            balancing = balancing with { TableSize = fold.Take("maglev.tableSize", s => s.TableSize, MaglevTable.DefaultSize) };
        }

        else if (kind == LoadBalancingKind.PeakEwma)
        {
            balancing = balancing with { Decay = fold.Take("peakEwma.decay", s => s.Decay, Snapshots.LoadBalancing.DefaultDecay) };
        }

        if (kind.HasSlowStart() && fold.Bound("slowStart.window", s => s.SlowStartWindow, null) is { } window)
        {
            balancing = balancing with { SlowStart = new(window, fold.Take("slowStart.minWeightPercent", s => s.SlowStartMinWeightPercent, SlowStart.DefaultMinWeightPercent)) };
        }

        balancing = balancing with { Locality = Locality(fold) };
        return cluster with
        {
            LoadBalancing = balancing with { Origin = fold.Origin },
            Wire = fold.Take("wire", s => s.Wire, cluster.Wire),
            Origins = [.. cluster.Origins, .. fold.Heard.Values],
        };
    }

    /// <summary>What requests are hashed by that go to some backends: what is said of the first of them whose replicas are picked by hash.</summary>
    public ImmutableArray<HashPolicy> HashPolicies(Service caller, IEnumerable<Upstream> backends, List<AppliedSetting> applied)
    {
        foreach (var upstream in backends)
        {
            var layers = _entries.For(caller, upstream);
            var type = layers.LastOrDefault(l => l.Content.Type is not null)?.Content.Type;
            if (type?.IsByHash() == true && layers.LastOrDefault(l => l.Content.HashPolicies is not null) is { Content.HashPolicies: { } items } layer)
            {
                ImmutableArray<HashPolicy> policies = [.. items.Select(item => item.ToHashPolicy())];
                var setting = new AppliedSetting($"cluster/{upstream.Port}", $"{Prefix}.hashPolicies", string.Join(", ", policies.Select(Show)), layer.Origin);
                if (!applied.Contains(setting))
                {
                    applied.Add(setting); // once, however many rules lead there
                }

                return policies;
            }
        }

        return [];
    }

    // Switched on by whoever mentions it, unless the last word on it is disabled.
    private static LocalityPreference? Locality(Fold<LoadBalancingSettings> fold)
    {
        if (!fold.Take("localityAwareness", s => s.LocalityAwareness is null ? null : (bool?)true, false) || fold.Take("localityAwareness.disabled", s => s.LocalityAwareness?.Disabled, false))
        {
            return null;
        }

        var threshold = fold.Take("localityAwareness.crossZone.failoverThreshold.percentage", s => s.LocalityAwareness?.FailoverThreshold, LocalityPreference.DefaultThreshold);
        var preference = new LocalityPreference { FailoverThreshold = threshold };
        return fold.TryTake<ImmutableArray<ZoneFailover>>("localityAwareness.crossZone.failover", s => s.LocalityAwareness?.Failover, out var failover) ? preference with { Failover = failover } : preference;
    }

    private static string Show(HashPolicy policy) =>
        string.Create(CultureInfo.InvariantCulture, $"{policy.Kind}{(policy.Name.Length > 0 ? " " : "")}{policy.Name}{(policy.Terminal ? " (terminal)" : "")}");
}
