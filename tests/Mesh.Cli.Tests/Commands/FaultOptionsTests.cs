using System.CommandLine;
using Mesh.Cli.Commands;

namespace Mesh.Cli.Tests.Commands;

public sealed class FaultOptionsTests
{
    [Theory]
    [InlineData("orders --abort reset", """{"to":"orders","duration":"5m","abort":{"reset":true}}""")]
    [InlineData("orders/http --for 30s --delay 1s", """{"to":"orders/http","duration":"30s","delay":{"fixed":"1s"}}""")]
    [InlineData("orders --delay 100ms..2s --abort 503 --percent 12.5", """{"to":"orders","duration":"5m","delay":{"min":"100ms","max":"2s","percent":12.5},"abort":{"httpStatus":503,"percent":12.5}}""")]
    [InlineData("orders --from a --from b/c --abort UNAVAILABLE", """{"to":"orders","duration":"5m","from":["a","b/c"],"abort":{"grpcStatus":"UNAVAILABLE"}}""")]
    [InlineData("orders --bytes-per-second 100 --cut-after 0 --percent 5", """{"to":"orders","duration":"5m","response":{"bytesPerSecond":100,"cutAfter":0,"percent":5}}""")]
    [InlineData("db --tcp-latency 50ms --tcp-jitter 5ms --tcp-slow-close 1s", """{"to":"db","duration":"5m","tcp":{"latency":"50ms","jitter":"5ms","slowClose":"1s"}}""")]
    [InlineData("orders --path /x/* --method POST", """{"to":"orders","duration":"5m","matches":[{"path":{"type":"PathPrefix","value":"/x"},"method":"POST"}]}""")]
    [InlineData("orders --path /x --header tenant=7=8 --header beta", """{"to":"orders","duration":"5m","matches":[{"path":{"type":"Exact","value":"/x"},"headers":[{"name":"tenant","value":"7=8"},{"name":"beta","type":"Present"}]}]}""")]
    public void Read_Options_IsTheRequestThatTheControlPlaneTakes(string line, string expected)
    {
        var options = new FaultOptions();
        var command = new Command("add");
        options.AddTo(command);

        Assert.Equal(expected, options.Read(command.Parse(line)).ToJsonString());
    }
}
