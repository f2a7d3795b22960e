using Mesh.Model.Topology;

namespace Mesh.Model.Tests.Topology;

public sealed class DefaultPortTests
{
    [Theory]
    [InlineData("http", "http")]
    [InlineData("http tcp", "http")]
    [InlineData("http grpc", "grpc")]
    [InlineData("https http2 grpc tcp", "grpc")]
    [InlineData("http https", null)]
    [InlineData("grpc grpc http", null)]
    [InlineData("tcp", null)]
    [InlineData("", null)]
    public void Of_PortsOfAService_IsTheOnlyGrpcElseTheOnlyHttp(string protocols, string? expected)
    {
        var found = DefaultPort.Of(protocols.Split(' ', StringSplitOptions.RemoveEmptyEntries), word => AppProtocols.TryParse(word, out var protocol) ? protocol : throw new FormatException(word));

        Assert.Equal(expected, found);
    }
}
