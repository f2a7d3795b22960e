using System.Collections.Immutable;
using Mesh.ControlPlane.Store;
using Mesh.Model.Policies.Timeout;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using static Mesh.ControlPlane.Tests.Store.Documents;

namespace Mesh.ControlPlane.Tests.Store;

public sealed class SourceReaderTests
{
    private static readonly string Good = All(
        Service("orders", "payments"),
        Permission("to-orders", "orders", "storefront", "admin"),
        Timeout("calm", "orders", "5s"));

    [Fact]
    public void Read_GoodFile_CountsAsItIs()
    {
        var file = Read(Good);

        Assert.True(file.IsGood, string.Join('\n', file.Violations));
        Assert.Equal(3, file.Resources.Length);
    }

    [Fact]
    public void Read_BadRoute_KeepsTheLastGoodVersionAndReportsEveryViolationWithLines()
    {
        var text = All(Service("orders", "payments"), Permission("to-orders", "orders", "storefront", "admin"), Timeout("calm", "orders", "-3s"), Timeout("other", "orders", "soon"));

        var file = Read(text, Read(Good));

        Assert.False(file.IsGood);
        Assert.Equal(TimeSpan.FromSeconds(5), Assert.Single(file.Resources.OfType<TimeoutPolicy>()).To[0].Default.Request);
        Assert.Equal(["Timeout default/calm", "Timeout default/other"], file.Violations.Select(v => v.Document));
        Assert.All(file.Violations, v => Assert.Contains("request", text.Split('\n')[v.Line!.Value - 1], StringComparison.Ordinal));
        Assert.Equal(["storefront", "admin"], Allowed(file));
    }

    [Fact]
    public void Read_PermissionRemovedTogetherWithABrokenRoute_IsRevoked()
    {
        var file = Read(All(Service("orders", "payments"), Timeout("calm", "orders", "-3s")), Read(Good));

        Assert.Empty(file.Resources.OfType<TrafficPermissionPolicy>());
        Assert.Equal(TimeSpan.FromSeconds(5), Assert.Single(file.Resources.OfType<TimeoutPolicy>()).To[0].Default.Request);
    }

    [Fact]
    public void Read_CallerRemovedTogetherWithABrokenRoute_IsRevoked()
    {
        var file = Read(All(Service("orders", "payments"), Permission("to-orders", "orders", "storefront"), Timeout("calm", "orders", "-3s")), Read(Good));

        Assert.Equal(["storefront"], Allowed(file));
    }

    [Fact]
    public void Read_CallerRemovedAndAMistakeInTheSameDocument_IsRevoked()
    {
        var broken = Permission("to-orders", "orders", "storefront") + "  nonsense: true\n";

        var file = Read(All(Service("orders", "payments"), broken, Timeout("calm", "orders", "5s")), Read(Good));

        Assert.False(file.IsGood);
        Assert.Equal(["storefront"], Allowed(file));
    }

    [Theory]
    [InlineData("spec: { to: [")]
    [InlineData("\"never closed")]
    [InlineData("a: b: c")]
    public void Read_SyntaxErrorInASibling_RevokesWhatWasRemoved(string nonsense)
    {
        var file = Read(All($"{nonsense}\n", Service("orders"), Permission("to-orders", "orders", "storefront")), Read(Good));

        Assert.False(file.IsGood);
        Assert.Equal(["storefront"], Allowed(file));
        Assert.Empty(Assert.Single(file.Resources.OfType<ServiceResource>()).Uses);
    }

    [Fact]
    public void Read_SyntaxErrorInThePermissionItself_KeepsOnlyWhoIsStillWrittenThere()
    {
        var broken = Permission("to-orders", "orders", "storefront") + "          # - service: admin\n  rules: [\n";

        var file = Read(All(Service("orders", "payments"), broken), Read(Good));

        Assert.Equal(["storefront"], Allowed(file));
    }

    [Fact]
    public void Read_EdgeRemovedTogetherWithAMistake_IsRevoked()
    {
        var file = Read(All(Service("orders"), Permission("to-orders", "orders", "storefront", "admin"), Timeout("calm", "orders", "-3s")), Read(Good));

        Assert.Empty(Assert.Single(file.Resources.OfType<ServiceResource>()).Uses);
    }

    [Fact]
    public void Read_EdgeAddedTogetherWithAMistake_Waits()
    {
        var file = Read(All(Service("orders", "payments", "inventory"), Timeout("calm", "orders", "-3s")), Read(Good));

        Assert.Equal(["payments"], Assert.Single(file.Resources.OfType<ServiceResource>()).Uses);
    }

    [Fact]
    public void Read_DenialAddedTogetherWithAMistake_CountsAtOnce()
    {
        var file = Read(All(Good, Denial("stop", "orders", "admin"), "kind: Nonsense\n"), Read(Good));

        Assert.Equal("admin", file.Resources.OfType<TrafficPermissionPolicy>().Single(p => p.Metadata.Name == "stop").Rules[0].Default.Deny[0].Service);
    }

    [Fact]
    public void Read_MistakeMended_ForgetsTheLastGoodVersion()
    {
        var bad = Read(All(Service("orders", "payments"), Timeout("calm", "orders", "-3s")), Read(Good));

        var mended = SourceReader.Read(File(Service("orders", "payments")), bad.LastGood, DateTimeOffset.UnixEpoch);

        Assert.True(mended.IsGood);
        Assert.Equal("orders", Assert.Single(mended.Resources).Metadata.Name);
    }

    [Fact]
    public void Read_UnreadableFile_ChangesNothing()
    {
        var file = SourceReader.Read(new SourceText("policies", "a.yaml", null, "cannot be read"), Read(Good).LastGood, DateTimeOffset.UnixEpoch);

        Assert.False(file.IsGood);
        Assert.Equal(3, file.Resources.Length);
    }

    [Fact]
    public void Read_DocumentThatTheReaderFailsOn_KeepsItsLastGoodVersionAndCostsNoOtherDocument()
    {
        var text = All(Service("orders"), Permission("to-orders", "orders", "storefront"), Denial("stop", "orders", "admin"), Timeout("calm", "orders", "6s"));

        var file = SourceReader.Read(
            File(text), Read(Good).LastGood, DateTimeOffset.UnixEpoch, document => text.Split('\n')[document.Line].Contains("Timeout", StringComparison.Ordinal) ? throw new OverflowException("too long") : ResourceReader.Read(document));

        var violation = Assert.Single(file.Violations);
        Assert.Contains("OverflowException: too long", violation.Message, StringComparison.Ordinal);
        Assert.StartsWith("apiVersion", text.Split('\n')[violation.Line!.Value - 1], StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(5), Assert.Single(file.Resources.OfType<TimeoutPolicy>()).To[0].Default.Request);
        Assert.Empty(Assert.Single(file.Resources.OfType<ServiceResource>()).Uses);
        Assert.Equal(["storefront", "admin"], file.Resources.OfType<TrafficPermissionPolicy>().SelectMany(p => p.Rules).SelectMany(r => r.Default.Allow.Concat(r.Default.Deny)).Select(c => c.Service));
    }

    [Fact]
    public void Read_PermissionThatTheReaderFailsOn_KeepsOnlyWhoIsStillWrittenThere()
    {
        var file = SourceReader.Read(
            File(All(Service("orders", "payments"), Permission("to-orders", "orders", "storefront"))), Read(Good).LastGood, DateTimeOffset.UnixEpoch, _ => throw new OverflowException());

        Assert.Equal(["storefront"], Allowed(file));
        Assert.Equal(["payments"], Assert.Single(file.Resources.OfType<ServiceResource>()).Uses);
    }

    [Fact]
    public void Read_SameNameTwice_IsRefused()
    {
        var file = Read(All(Timeout("calm", "orders", "5s"), Timeout("calm", "orders", "6s")));

        Assert.Contains("second time", Assert.Single(file.Violations).Message, StringComparison.Ordinal);
    }

    private static SourceText File(string text) => new("policies", "a.yaml", text);

    private static SourceEntry Read(string text, SourceEntry? before = null) =>
        SourceReader.Read(File(text), before?.LastGood ?? ImmutableArray<DeclaredResource>.Empty, DateTimeOffset.UnixEpoch);

    private static IEnumerable<string?> Allowed(SourceEntry file) =>
        Assert.Single(file.Resources.OfType<TrafficPermissionPolicy>()).Rules.SelectMany(r => r.Default.Allow).Select(a => a.Service);
}
