using Mesh.Model.Compilation;
using Mesh.Model.Topology;
using Mesh.Testing;

namespace Mesh.Model.Tests.Compilation;

public sealed class EndpointCompilerTests
{
    private static readonly MeshTopology Shop = TestMesh.Empty.Service("orders", ports: ["http", "admin"]).Service("payments", ports: ["http"]).Topology;

    [Fact]
    public void Compile_Replicas_AreEndpointsOfTheirReadyPortsOnly()
    {
        var sets = EndpointCompiler.Compile(Shop, [Replica("orders-2", "127.0.0.1", 2, "http"), Replica("orders-1", "127.0.0.1", 1, "http", "admin"), Replica("orders-3", "127.0.0.1", 3)]);

        Assert.Equal(["default/orders/admin", "default/orders/http", "default/payments/http"], sets.Keys);
        Assert.Equal(["orders-1", "orders-2"], sets["default/orders/http"].Endpoints.Select(e => e.Replica));
        Assert.Equal(["orders-1"], sets["default/orders/admin"].Endpoints.Select(e => e.Replica));
        Assert.Empty(sets["default/payments/http"].Endpoints);
    }

    [Theory]
    [InlineData("localhost", 1)]
    [InlineData("", 1)]
    [InlineData("127.0.0.1", 0)]
    [InlineData("127.0.0.1", 65536)]
    public void Compile_ReplicaWithoutUsableAddress_IsLeftOut(string address, int port)
    {
        var sets = EndpointCompiler.Compile(Shop, [Replica("orders-1", address, port, "http"), Replica("orders-2", "::1", 1, "http")]);

        Assert.Equal(["orders-2"], sets["default/orders/http"].Endpoints.Select(e => e.Replica));
    }

    private static Replica Replica(string name, string address, int port, params string[] ready) => new()
    {
        Service = TestMesh.Id("orders"),
        Name = name,
        Address = address,
        Port = port,
        ReadyPorts = [.. ready],
    };
}
