using System.Text.Json.Nodes;
using Mesh.Model.Simulation;
using Mesh.Testing;

namespace Mesh.Model.Tests.Simulation;

/// <summary>Requests to explain as people write them.</summary>
public sealed class SimulatedRequestReaderTests
{
    [Theory]
    [InlineData("""{"keys": [], "keys": []}""")]
    [InlineData("""{"keys": [{"kty": "RSA", "kty": "EC"}]}""")]
    [InlineData("""{"keys": {}}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public void Read_KeysThatNoSidecarReads_AreRefused(string keys)
    {
        var mesh = TestMesh.Empty.Service("shop", uses: ["orders"]).Service("orders", ports: ["http"]);

        SimulatedRequestReader.Read(new JsonObject { ["caller"] = "shop", ["callee"] = "orders", ["keys"] = keys }, mesh.Topology, out var violations);

        Assert.Equal("keys: must be a JSON Web Key Set: an object with a list of keys, and no name twice", Assert.Single(violations).ToString());
    }
}
