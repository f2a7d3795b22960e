using Mesh.Model.Serialization;
using Mesh.Testing;

namespace Mesh.Yaml.Tests;

/// <summary>What of a directory is in force, whoever looks at it.</summary>
public sealed class DocumentDirectoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.yaml", true)]
    [InlineData("deep/er/a.yml", true)]
    [InlineData("a.json", true)]
    [InlineData("A.YAML", true)]
    [InlineData("a.b#c.yaml", true)]
    [InlineData(".canary.yaml", false)]
    [InlineData(".git/a.yaml", false)]
    [InlineData("deep/.idea/er/a.yaml", false)]
    [InlineData("#a.yaml#", false)]
    [InlineData("#a.yaml", false)]
    [InlineData("a.yaml~", false)]
    [InlineData("a.yaml.swp", false)]
    [InlineData("a.txt", false)]
    [InlineData("yaml", false)]
    public void Read_File_IsADocumentUnlessItIsAnEditorsOrAToolsOwn(string name, bool isDocument)
    {
        var path = _folder.File(name, "kind: Timeout");

        Assert.Equal(isDocument ? [new DocumentFile(name, "kind: Timeout")] : [], DocumentDirectory.Read(_folder.Path)!.Value);
        Assert.Equal(isDocument ? [path] : [], DocumentDirectory.Files(_folder.Path));
    }

    [Fact]
    public void Read_DirectoryBelowAHiddenOne_HasDocuments()
    {
        _folder.File(".mesh/policies/a.yaml", "");

        Assert.Single(DocumentDirectory.Files(Path.Combine(_folder.Path, ".mesh", "policies")));
    }

    [Fact]
    public void Read_FilesThatAreNoText_SayWhyBesideThoseThatAre()
    {
        File.WriteAllBytes(Path.Combine(_folder.Path, "a.yaml"), [0xC3, 0x28]);
        File.WriteAllBytes(Path.Combine(_folder.Path, "b.yaml"), new byte[MeshDocument.MaxBytes + 1]);
        _folder.File("c.yaml", "c");

        Assert.Equal(
            [
                new DocumentFile("a.yaml", null, "is not UTF-8 text"),
                new DocumentFile("b.yaml", null, $"is {MeshDocument.MaxBytes + 1} bytes long, the limit is {MeshDocument.MaxBytes}; split it"),
                new DocumentFile("c.yaml", "c"),
            ],
            DocumentDirectory.Read(_folder.Path)!.Value);
    }

    [Fact]
    public void Read_NoDirectory_IsNothingAndNoError() => Assert.Null(DocumentDirectory.Read(Path.Combine(_folder.Path, "none")));
}
