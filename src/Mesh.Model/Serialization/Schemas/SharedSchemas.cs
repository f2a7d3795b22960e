using Mesh.Model.Policies;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Policies.Targeting;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>Objects that several kinds share.</summary>
internal static class SharedSchemas
{
    public static ObjectSchema<TargetRef> TargetRef { get; } = new ObjectSchema<TargetRef>(() => new TargetRef())
        .Value("kind", Words.Named<TargetKind>(), x => x.Kind, (x, v) => x with { Kind = v }, required: true)
        .Field("name", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v })
        .Field("namespace", TextSchema.Any, x => x.Namespace, (x, v) => x with { Namespace = v })
        .Field("labels", LabelsSchema.Any, x => x.Labels.IsEmpty ? null : x.Labels, (x, v) => x with { Labels = v })
        .Field("sectionName", TextSchema.Any, x => x.SectionName, (x, v) => x with { SectionName = v })
        .Rule("self.kind != 'Mesh' || !(has(self.name) || has(self.namespace) || has(self.labels) || has(self.sectionName))", "kind Mesh stands alone; use kind Service to name one")
        .Rule("self.kind != 'Service' || has(self.name) != has(self.labels)", "kind Service needs a name or labels, and not both");

    public static ObjectSchema<PathMatch> Path { get; } = new ObjectSchema<PathMatch>(() => new PathMatch(PathMatchKind.Exact, "/"))
        .Value("type", Words.PathMatch, x => x.Kind, (x, v) => x with { Kind = v }, required: true)
        .Field("value", TextSchema.Any, x => x.Value, (x, v) => x with { Value = v }, required: true);

    public static ObjectSchema<ValueMatch> Value { get; } = new ObjectSchema<ValueMatch>(() => new ValueMatch("", ValueMatchKind.Exact, ""))
        .Field("name", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v }, required: true)
        .Value("type", Words.ValueMatch, x => x.Kind == ValueMatchKind.Exact ? null : x.Kind, (x, v) => x with { Kind = v })
        .Field("value", TextSchema.Any, x => x.Value.Length == 0 ? null : x.Value, (x, v) => x with { Value = v });

    private static readonly WordSchema<bool> PrincipalType = new(("Exact", false), ("Prefix", true));

    public static ObjectSchema<PrincipalMatch> Principal { get; } = new ObjectSchema<PrincipalMatch>(() => new PrincipalMatch(""))
        .Value("type", PrincipalType, x => x.IsPrefix, (x, v) => x with { IsPrefix = v }, required: true)
        .Field("value", TextSchema.Any, x => x.Value, (x, v) => x with { Value = v }, required: true);

    private static readonly ObjectSchema<CallerRef> Caller = new ObjectSchema<CallerRef>(() => new())
        .Field("service", TextSchema.Any, x => x.Service, (x, v) => x with { Service = v })
        .Field("spiffeId", Principal, x => x.SpiffeId, (x, v) => x with { SpiffeId = v });

    /// <summary>The frame of every policy's spec: the top-level target first.</summary>
    public static ObjectSchema<T> Spec<T>()
        where T : Policy => new ObjectSchema<T>(() => throw new InvalidOperationException("a spec is read onto its resource"))
            .Field("targetRef", TargetRef, x => x.TargetRef == Policies.Targeting.TargetRef.Mesh ? null : x.TargetRef, (x, v) => x with { TargetRef = v });

    /// <summary>An entry of <c>to</c>.</summary>
    public static ObjectSchema<OutboundItem<T>> To<T>(ValueSchema<T> settings)
        where T : PolicySettings, new() => new ObjectSchema<OutboundItem<T>>(() => new OutboundItem<T>())
            .Field("targetRef", TargetRef, x => x.TargetRef, (x, v) => x with { TargetRef = v }, required: true)
            .Field("default", settings, x => x.Default, (x, v) => x with { Default = v }, required: true);

    /// <summary>An entry of <c>rules</c>.</summary>
    public static ObjectSchema<InboundItem<T>> Rule<T>(ValueSchema<T> settings)
        where T : PolicySettings, new() => new ObjectSchema<InboundItem<T>>(() => new InboundItem<T>())
            .Field("default", settings, x => x.Default, (x, v) => x with { Default = v }, required: true);

    /// <summary>An entry of <c>rules</c> of a kind whose settings can depend on the caller. An empty list would read like "nobody" but mean "everyone".</summary>
    public static ObjectSchema<InboundItem<T>> RuleByCaller<T>(ValueSchema<T> settings)
        where T : PolicySettings, new() => new ObjectSchema<InboundItem<T>>(() => new InboundItem<T>())
            .List("matches", Caller, x => x.Matches, (x, v) => x with { Matches = v }, mayBeEmpty: false)
            .Field("default", settings, x => x.Default, (x, v) => x with { Default = v }, required: true);
}
