using Mesh.Model.Serialization.Schemas;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Policies.LoadBalancing;

/// <summary>The spec of kind LoadBalancing.</summary>
internal static class LoadBalancingSchema
{
    private static readonly ObjectSchema<HashPolicyItem> HashPolicy = new ObjectSchema<HashPolicyItem>(() => new())
        .Value("type", Words.Named<HashPolicyKind>(), x => x.Type, (x, v) => x with { Type = v }, required: true)
        .Group("header", new ObjectSchema<HashPolicyItem>(() => new())
            .Field("name", TextSchema.Any, x => x.HeaderName, (x, v) => x with { HeaderName = v }))
        .Group("cookie", new ObjectSchema<HashPolicyItem>(() => new())
            .Field("name", TextSchema.Any, x => x.CookieName, (x, v) => x with { CookieName = v })
            .Value("ttl", DurationSchema.Any, x => x.CookieTtl, (x, v) => x with { CookieTtl = v })
            .Field("path", TextSchema.Any, x => x.CookiePath, (x, v) => x with { CookiePath = v }))
        .Group("queryParameter", new ObjectSchema<HashPolicyItem>(() => new())
            .Field("name", TextSchema.Any, x => x.QueryParameterName, (x, v) => x with { QueryParameterName = v }))
        .Value("terminal", BooleanSchema.Any, x => x.Terminal, (x, v) => x with { Terminal = v });

    private static readonly ObjectSchema<ZoneFailover> Failover = new ObjectSchema<ZoneFailover>(() => new())
        .Group("from", new ObjectSchema<ZoneFailover>(() => new())
            .List("zones", TextSchema.Any, x => x.From, (x, v) => x with { From = v }, mayBeEmpty: false))
        .Field("to", new ObjectSchema<ZoneFailover>(() => new())
            .Value("type", Words.Named<ZoneFailoverKind>(), x => x.To, (x, v) => x with { To = v }, required: true)
            .List("zones", TextSchema.Any, x => x.Zones, (x, v) => x with { Zones = v }, mayBeEmpty: false), x => x, (x, v) => x with { To = v.To, Zones = v.Zones }, required: true);

    private static readonly ObjectSchema<LocalityAwareness> Locality = new ObjectSchema<LocalityAwareness>(() => new())
        .Value("disabled", BooleanSchema.Any, x => x.Disabled, (x, v) => x with { Disabled = v })
        .Group("crossZone", new ObjectSchema<LocalityAwareness>(() => new())
            .Value("failover", new ListSchema<ZoneFailover>(Failover, mayBeEmpty: false), x => x.Failover, (x, v) => x with { Failover = v })
            .Group("failoverThreshold", new ObjectSchema<LocalityAwareness>(() => new())
                .Value("percentage", IntegerSchema.Any, x => x.FailoverThreshold, (x, v) => x with { FailoverThreshold = v })));

    private static readonly ObjectSchema<LoadBalancingSettings> Settings = new ObjectSchema<LoadBalancingSettings>(() => new())
        .Value("type", Words.Named<LoadBalancingKind>(), x => x.Type, (x, v) => x with { Type = v })
        .Group("leastRequest", new ObjectSchema<LoadBalancingSettings>(() => new())
            .Value("choiceCount", IntegerSchema.Any, x => x.ChoiceCount, (x, v) => x with { ChoiceCount = v }))
        .Group("peakEwma", new ObjectSchema<LoadBalancingSettings>(() => new())
            .Value("decay", DurationSchema.Any, x => x.Decay, (x, v) => x with { Decay = v }))
        .Group("slowStart", new ObjectSchema<LoadBalancingSettings>(() => new())
            .Value("window", DurationSchema.Any, x => x.SlowStartWindow, (x, v) => x with { SlowStartWindow = v })
            .Value("minWeightPercent", IntegerSchema.Any, x => x.SlowStartMinWeightPercent, (x, v) => x with { SlowStartMinWeightPercent = v }))
        .Group("ringHash", new ObjectSchema<LoadBalancingSettings>(() => new())
            .Value("minRingSize", IntegerSchema.Any, x => x.MinRingSize, (x, v) => x with { MinRingSize = v })
            .Value("maxRingSize", IntegerSchema.Any, x => x.MaxRingSize, (x, v) => x with { MaxRingSize = v }))
        .Group("maglev", new ObjectSchema<LoadBalancingSettings>(() => new())
            .Value("tableSize", IntegerSchema.Any, x => x.TableSize, (x, v) => x with { TableSize = v }))
        .Value("hashPolicies", new ListSchema<HashPolicyItem>(HashPolicy, mayBeEmpty: false), x => x.HashPolicies, (x, v) => x with { HashPolicies = v })
        .Field("localityAwareness", Locality, x => x.LocalityAwareness, (x, v) => x with { LocalityAwareness = v })
        .Value("wire", Words.Named<WireProtocol>(), x => x.Wire, (x, v) => x with { Wire = v });

    public static ObjectSchema<LoadBalancingPolicy> Spec { get; } = SharedSchemas.Spec<LoadBalancingPolicy>()
        .List("to", SharedSchemas.To(Settings), x => x.To, (x, v) => x with { To = v });
}
