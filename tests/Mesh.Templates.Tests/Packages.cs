namespace Mesh.Templates.Tests;

/// <summary>Tests that use the packages, which are packed once for all of them.</summary>
[CollectionDefinition(Name)]
public sealed class Packages : ICollectionFixture<PackedTemplates>
{
    public const string Name = "Packages";
}
