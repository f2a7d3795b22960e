using Envoy.Config.Core.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.Proxyless;

public sealed class ClientKindTests
{
    [Theory]
    [InlineData("gRPC Node Pure JS", "1.14.1", null, ClientKind.Grpc)]
    [InlineData("gRPC C-core linux", "C-core 29.0.0", null, ClientKind.GrpcWithoutRings)]
    [InlineData("gRPC C-core linux", "C-core 29.0.0", "grpc", ClientKind.GrpcWithoutRings)]
    [InlineData("gRPC C-core linux", "C-core 30.0.0", null, ClientKind.Grpc)]
    [InlineData("gRPC C-core linux", "C-core 7", null, ClientKind.GrpcWithoutRings)]
    [InlineData("gRPC C-core linux", "C-core next", "grpc", ClientKind.Grpc)]
    [InlineData("envoy", "", null, ClientKind.Envoy)]
    [InlineData("mine", "C-core 29.0.0", "envoy", ClientKind.Envoy)]
    [InlineData("mine", "", null, ClientKind.Mesh)]
    public void Of_Node_IsByWhatItSays(string agent, string version, string? word, ClientKind kind)
    {
        var node = new Node { UserAgentName = agent, UserAgentVersion = version };
        if (word is not null)
        {
            node.Metadata = new Struct { Fields = { [ClientKinds.MetadataKey] = Value.ForString(word) } };
        }

        Assert.Equal(kind, ClientKinds.Of(node));
    }
}
