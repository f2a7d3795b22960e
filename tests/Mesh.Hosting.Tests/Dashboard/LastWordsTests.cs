using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Dashboard;

namespace Mesh.Hosting.Tests.Dashboard;

public sealed class LastWordsTests
{
    [Fact]
    public void Choose_ALineOnStandardError_IsItWithoutStampsAndColours() =>
        Assert.Equal("admin.address 127.0.0.1:1 (in use)", LastWords.Choose([Line("started"), Line("2026-11-22T19:32:52.724Z \u001b[31madmin.address 127.0.0.1:1 (in use).\u001b[0m", error: true), Line("bye")]));

    [Fact]
    public void Choose_NothingOnStandardError_IsTheLastLineThatSpeaksOfAnError() =>
        Assert.Equal("fail Identity[3633] The control plane refused", LastWords.Choose([Line("2026-11-22T19:32:52Z 2026-11-22T19:32:52Z fail Identity[3633] The control plane refused."), Line("info going on")]));

    [Fact]
    public void Choose_NoError_IsTheLastLine() => Assert.Equal("info going on", LastWords.Choose([Line("info started"), Line("info going on"), Line("  ")]));

    [Fact]
    public void Choose_TheOrchestratorSpokeToo_IsWhatTheProcessSaid() => Assert.Equal("info going on", LastWords.Choose([Line("info going on"), Line("[sys] Process ended", error: true)]));

    [Fact]
    public void Choose_OnlyTheOrchestratorSpoke_IsThat() => Assert.Equal("[sys] no such file", LastWords.Choose([Line("[sys] no such file", error: true)]));

    [Fact]
    public void Choose_NoLines_SaysSo() => Assert.Equal("it logged nothing", LastWords.Choose([]));

    private static LogLine Line(string text, bool error = false) => new(1, text, error);
}
