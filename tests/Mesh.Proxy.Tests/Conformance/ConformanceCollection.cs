namespace Mesh.Proxy.Tests.Conformance;

/// <summary>All of conformance shares one mesh, so one test runs at a time.</summary>
[CollectionDefinition(Name)]
public sealed class ConformanceCollection : ICollectionFixture<EchoMesh>
{
    /// <summary>What test classes name.</summary>
    public const string Name = "Gateway API conformance";
}
