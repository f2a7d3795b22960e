using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Composition;

namespace Mesh.Proxy.Tests.Composition;

public sealed class CommandLineTests
{
    [Fact]
    public void Run_InAPod_TakesWhatDiffersBetweenReplicasFromTheCommandLine()
    {
        Assert.True(CommandLine.TryParse(["run", "--bootstrap", "b.json", "--replica", "orders-7d4f", "--advertised-address", "10.1.2.3"], out var command, out _));

        Assert.Equal(new CommandLine(Verb.Run, "b.json", new BootstrapOverrides { Replica = "orders-7d4f", AdvertisedAddress = "10.1.2.3" }), command);
    }

    [Fact]
    public void Drain_Waits20SecondsUnlessItIsTold()
    {
        Assert.True(CommandLine.TryParse(["drain", "--bootstrap", "b.json"], out var usual, out _));
        Assert.True(CommandLine.TryParse(["drain", "--wait", "5", "--bootstrap", "b.json"], out var told, out _));

        Assert.Equal((TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(5)), (usual.Wait, told.Wait));
    }

    [Theory]
    [InlineData("say what to do")]
    [InlineData("'walk' is no verb", "walk")]
    [InlineData("run needs --bootstrap FILE", "run")]
    [InlineData("--bootstrap needs a value", "check", "--bootstrap")]
    [InlineData("run knows no --wait", "run", "--bootstrap", "b.json", "--wait", "5")]
    [InlineData("check knows no b.json", "check", "b.json", "--bootstrap")]
    [InlineData("--wait soon is no number of seconds from 0 to 3600", "drain", "--bootstrap", "b.json", "--wait", "soon")]
    [InlineData("--wait 3601 is no number of seconds from 0 to 3600", "drain", "--bootstrap", "b.json", "--wait", "3601")]
    public void Mistake_IsSaid(string said, params string[] arguments)
    {
        Assert.False(CommandLine.TryParse(arguments, out var command, out var fault));

        Assert.Null(command);
        Assert.Equal(said, fault);
    }
}
