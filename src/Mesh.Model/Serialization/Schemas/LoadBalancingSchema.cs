using Mesh.Model.Policies.LoadBalancing;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>The spec of kind LoadBalancing.</summary>
internal static class LoadBalancingSchema
{
    private static readonly ObjectSchema<LoadBalancingSettings> Settings = new ObjectSchema<LoadBalancingSettings>(() => new())
        .Value("type", Words.Named<LoadBalancingKind>(), x => x.Type, (x, v) => x with { Type = v })
        .Group("leastRequest", new ObjectSchema<LoadBalancingSettings>(() => new())
            .Value("choiceCount", IntegerSchema.Any, x => x.ChoiceCount, (x, v) => x with { ChoiceCount = v }))
        .Value("wire", Words.Named<WireProtocol>(), x => x.Wire, (x, v) => x with { Wire = v });

    public static ObjectSchema<LoadBalancingPolicy> Spec { get; } = SharedSchemas.Spec<LoadBalancingPolicy>()
        .List("to", SharedSchemas.To(Settings), x => x.To, (x, v) => x with { To = v });
}
