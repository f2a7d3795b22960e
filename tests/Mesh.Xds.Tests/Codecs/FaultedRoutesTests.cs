using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;

namespace Mesh.Xds.Tests.Codecs;

public sealed class FaultedRoutesTests
{
    [Theory]
    [InlineData("*", "Exact /a", "Exact /a")]
    [InlineData("Exact /a", "*", "Exact /a")]
    [InlineData("Exact /a", "Exact /a", "Exact /a")]
    [InlineData("Exact /a", "Exact /b", null)]
    [InlineData("Exact /a/b", "PathPrefix /a", "Exact /a/b")]
    [InlineData("PathPrefix /a", "Exact /ab", null)]
    [InlineData("PathPrefix /a", "PathPrefix /a/b", "PathPrefix /a/b")]
    [InlineData("PathPrefix /a/b", "PathPrefix /a", "PathPrefix /a/b")]
    [InlineData("PathPrefix /a", "PathPrefix /b", null)]
    [InlineData("Exact /a7", "RegularExpression /a\\d", "Exact /a7")]
    [InlineData("RegularExpression /a\\d", "Exact /b", null)]
    [InlineData("RegularExpression /a.*", "PathPrefix /a", null)]
    public void Of_RuleAndFault_TheCopyMatchesWhatBothMatch(string rule, string fault, string? both)
    {
        var table = Samples.Table("orders");
        table = table with { Rules = [table.Rules[0] with { Match = new() { Path = Path(rule), Headers = [new("a", ValueMatchKind.Present, "")] } }] };

        var hits = FaultedRoutes.Of(table, [Fault("f1") with { Matches = [new() { Path = Path(fault), Headers = [new("b", ValueMatchKind.Present, "")] }] }]);

        Assert.Equal((table.Rules[0], null), hits[^1]);
        Assert.Equal(both is null ? 1 : 2, hits.Length);
        if (both is not null)
        {
            Assert.Equal(Path(both), hits[0].Rule.Match.Path);
            Assert.Equal(["a", "b"], hits[0].Rule.Match.Headers.Select(header => header.Name));
            Assert.NotNull(hits[0].Effects);
        }
    }

    [Fact]
    public void Of_TwoFaultsForEveryRequest_AreOneWithBothEffects()
    {
        var delay = new FaultDelay { Fixed = TimeSpan.FromSeconds(1) };

        var hits = FaultedRoutes.Of(Samples.Table("orders"), [Fault("f1"), Fault("f2") with { Effects = new() { Delay = delay } }]);

        var (_, effects) = Assert.Single(hits);
        Assert.Equal(delay, effects!.Delay);
        Assert.Equal(503, effects.Abort!.HttpStatus);
    }

    [Fact]
    public void Of_FaultOfAnotherUpstream_ChangesNothing() =>
        Assert.Null(Assert.Single(FaultedRoutes.Of(Samples.Table("orders"), [Fault("f1") with { Upstream = Samples.Port("payments") }])).Effects);

    private static PathMatch? Path(string text) =>
        text == "*" ? null : new(Enum.Parse<PathMatchKind>(text[..text.IndexOf(' ', StringComparison.Ordinal)]), text[(text.IndexOf(' ', StringComparison.Ordinal) + 1)..]);

    private static FaultRule Fault(string id) => new()
    {
        Id = id,
        By = "ann",
        Upstream = Samples.Port("orders"),
        EndsAt = DateTimeOffset.UnixEpoch,
        Effects = new() { Abort = new() { HttpStatus = 503 } },
    };
}
