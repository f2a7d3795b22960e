using Mesh.Model.Compilation;
using Mesh.Model.Linting;
using Mesh.Model.Policies;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Model.Serialization.Schemas;
using Mesh.Testing;

namespace Mesh.Model.Tests.Policies;

/// <summary>What is true of every kind of policy, the next one included.</summary>
public sealed class PolicyKindTests
{
    private static readonly TestMesh Shop = TestMesh.Empty.Service("storefront", uses: ["orders"]).Service("orders");

    public static TheoryData<string> PolicyKinds { get; } = [.. Kinds.All.Where(k => k.IsPolicy).Select(k => k.Kind)];

    [Fact]
    public void Kinds_RecordsThatADocumentMayHold_AreAllThereUnderTheirOwnNames()
    {
        var records = typeof(DeclaredResource).Assembly.GetTypes().Where(t => t.IsAssignableTo(typeof(DeclaredResource)) && !t.IsAbstract);

        Assert.Equal(records.OrderBy(r => r.Name), Kinds.All.Select(k => k.Record).OrderBy(r => r.Name));
        Assert.All(Kinds.All, kind => Assert.Equal(kind.Kind, Read(kind.Kind, "{}").Kind));
        Assert.All(Kinds.All, kind => Assert.StartsWith(kind.Kind, kind.Record.Name, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(PolicyKinds))]
    public void With_AnotherOfAnyKind_HasTheEntriesOfBothInTheirOrder(string kind)
    {
        var (first, second) = (Policy(kind, "nobody"), Policy(kind, "noone"));

        var both = first.With(second);

        Assert.True(first.ToCount + first.RulesCount > 0);
        Assert.Equal((2 * first.ToCount, 2 * first.RulesCount), (both.ToCount, both.RulesCount));
        Assert.Equal([.. first.Targets.Concat(second.Targets).Select(t => t.Target.Name)], both.Targets.Select(t => t.Target.Name));
        Assert.Equal([.. first.Callers.Concat(second.Callers).Select(c => c.Caller.Service)], both.Callers.Select(c => c.Caller.Service));
        Assert.Equal(first.Key, both.Key);
    }

    [Theory]
    [MemberData(nameof(PolicyKinds))]
    public void With_APolicyOfAnotherKind_Throws(string kind)
    {
        var other = Kinds.All.First(k => k.IsPolicy && k.Kind != kind).Kind;

        Assert.Throws<InvalidCastException>(() => Policy(kind, "nobody").With(Policy(other, "nobody")));
    }

    [Theory]
    [MemberData(nameof(PolicyKinds))]
    public void Compile_PolicyOfAnyKindThatNamesNobody_IsToldSo(string kind)
    {
        var policy = Policy(kind, "nobody");
        var calling = Warnings(policy).Where(w => w.Rule == LintRules.UnknownTarget).Select(w => w.Path.Text);
        var receiving = Warnings(policy).Where(w => w.Rule == LintRules.UnknownCaller).Select(w => w.Path.Text);

        Assert.Equal(policy.ToCount > 0 ? ["spec.to[0].targetRef.name"] : [], calling);
        Assert.Equal(policy.Callers.Select(c => $"{c.At.Text}.service"), receiving);
    }

    [Theory]
    [MemberData(nameof(PolicyKinds))]
    public void Compile_PolicyOfAnyKindForCallsToServicesOfOthers_IsToldThatItSpeaksForNobody(string kind)
    {
        var policy = (Policy)Read(kind, $$"""{"targetRef": {"kind": "Service", "name": "orders", "namespace": "default"}, {{Rules}} }""", "other");

        var said = Warnings(policy).Where(w => w.Rule == LintRules.SpeaksForNobody).Select(w => w.Path.Text);

        Assert.Equal(policy.RulesCount > 0 ? ["spec.targetRef"] : [], said);
    }

    [Fact]
    public void Callers_KindsWhoseRulesAreForSomeCallers_AreNotNone() =>
        Assert.Equal(["AccessLog", "CircuitBreaker", "RateLimit", "Timeout", "TrafficPermission"], Kinds.All.Where(k => k.IsPolicy && Policy(k.Kind, "nobody").Callers.Any()).Select(k => k.Kind).Order());

    private const string Rules = """ "rules": [{"matches": [{"service": "nobody"}], "default": {"deny": [{"service": "nobody"}]}}] """;

    private static Policy Policy(string kind, string callee) =>
        (Policy)Read(kind, $$"""{"to": [ {"targetRef": {"kind": "Service", "name": "{{callee}}"} } ], {{Rules}} }""");

    // What a kind cannot hold it does not: that it says so is for other tests.
    private static DeclaredResource Read(string kind, string spec, string space = "default")
    {
        var document = Assert.Single(JsonDocumentReader.Read($$"""{"spec": {{spec}} }""", "test.json").Documents);
        return Kinds.All.Single(k => k.Kind == kind).Read(document.Root["spec"], new ResourceMetadata { Name = "p", Namespace = space }, new Origin(kind, $"{space}/p"), document, []);
    }

    private static IEnumerable<CompileWarning> Warnings(Policy policy) => SnapshotCompiler.Compile(Shop.Topology, PolicySet.Of([policy])).Warnings;
}
