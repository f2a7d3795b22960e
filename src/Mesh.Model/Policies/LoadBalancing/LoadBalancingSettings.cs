using System.Collections.Immutable;
using System.Globalization;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.LoadBalancing;

/// <summary>How a replica is picked.</summary>
public sealed record LoadBalancingSettings : PolicySettings
{
    /// <summary>The algorithm. Without any policy: least request.</summary>
    public LoadBalancingKind? Type { get; init; }

    /// <summary>For least request: replicas drawn and compared, 2 to 100. Without any policy: 2.</summary>
    public int? ChoiceCount { get; init; }

    /// <summary>For ring hash: the least points, 1 to 8,388,608. Without any policy: 1,024.</summary>
    public int? MinRingSize { get; init; }

    /// <summary>For ring hash: the most points, 1 to 8,388,608. Without any policy: 8,388,608.</summary>
    public int? MaxRingSize { get; init; }

    /// <summary>For Maglev: rows, a prime of at most 5,000,011. Without any policy: 65,537.</summary>
    public int? TableSize { get; init; }

    /// <summary>For peak EWMA: over how long a replica's past counts, more than zero. Without any policy: 10 s.</summary>
    public TimeSpan? Decay { get; init; }

    /// <summary>For round robin, least request and peak EWMA: how long a replica that comes takes to its whole share; zero: it has it at once. Without any policy: zero.</summary>
    public TimeSpan? SlowStartWindow { get; init; }

    /// <summary>With how much of its share it begins, in percent, 1 to 100. Without any policy: 10.</summary>
    public int? SlowStartMinWeightPercent { get; init; }

    /// <summary>For ring hash and Maglev: what is hashed. Without any policy: nothing, so that each request goes anywhere.</summary>
    public ImmutableArray<HashPolicyItem>? HashPolicies { get; init; }

    /// <summary>Whether the replicas of the caller's zone come first. Without any policy: all are alike.</summary>
    public LocalityAwareness? LocalityAwareness { get; init; }

    /// <summary>What the sidecars speak with each other for HTTP. Without any policy: by what is in flight.</summary>
    public WireProtocol? Wire { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at) =>
    [
        .. Sizes(at),
        .. OfOtherTypes(at),
        .. (HashPolicies ?? []).SelectMany((policy, i) => policy.Validate((at / "hashPolicies")[i])),
        .. LocalityAwareness?.Validate(at / "localityAwareness") ?? [],
    ];

    private IEnumerable<Violation> Sizes(FieldPath at)
    {
        if (ChoiceCount is < 2 or > 100)
        {
            yield return new(at / "leastRequest" / "choiceCount", $"must be between 2 and 100 but is {ChoiceCount}");
        }

        foreach (var (name, size) in new[] { ("minRingSize", MinRingSize), ("maxRingSize", MaxRingSize) })
        {
            if (size is < 1 or > RingSize.Limit)
            {
                yield return new(at / "ringHash" / name, string.Create(CultureInfo.InvariantCulture, $"must be between 1 and {RingSize.Limit} but is {size}"));
            }
        }

        if (MinRingSize > (MaxRingSize ?? RingSize.Limit))
        {
            yield return new(at / "ringHash" / "minRingSize", $"is {MinRingSize}, more than maxRingSize {MaxRingSize}; make it smaller");
        }

        if (Decay <= TimeSpan.Zero)
        {
            yield return new(at / "peakEwma" / "decay", $"must be greater than zero but is {Duration.Format(Decay.Value)}; leave it out for 10s");
        }

        if (SlowStartMinWeightPercent is < 1 or > 100)
        {
            yield return new(at / "slowStart" / "minWeightPercent", $"must be between 1 and 100 but is {SlowStartMinWeightPercent}");
        }

        if (TableSize is { } rows && !MaglevTable.IsValid(rows))
        {
            yield return new(at / "maglev" / "tableSize", string.Create(CultureInfo.InvariantCulture, $"must be a prime of at most {MaglevTable.Limit} but is {rows}; take 65537 for up to some hundred replicas, 655373 for more"));
        }
    }

    private IEnumerable<Violation> OfOtherTypes(FieldPath at)
    {
        var said = new (string Name, bool IsSaid, string Types, bool Fits)[]
        {
            ("leastRequest", ChoiceCount is not null, "LeastRequest", Type is LoadBalancingKind.LeastRequest),
            ("peakEwma", Decay is not null, "PeakEwma", Type is LoadBalancingKind.PeakEwma),
            ("slowStart", SlowStartWindow is not null || SlowStartMinWeightPercent is not null, "RoundRobin, LeastRequest or PeakEwma", Type is { } kind && kind.HasSlowStart()),
            ("ringHash", MinRingSize is not null || MaxRingSize is not null, "RingHash", Type is LoadBalancingKind.RingHash),
            ("maglev", TableSize is not null, "Maglev", Type is LoadBalancingKind.Maglev),
            ("hashPolicies", HashPolicies is not null, "RingHash or Maglev", Type is { } type && type.IsByHash()),
        };
        return said
            .Where(field => field.IsSaid && !field.Fits && Type is not null)
            .Select(field => new Violation(at / field.Name, $"means nothing with type {Type}; leave it out, or use type {field.Types}"));
    }
}
