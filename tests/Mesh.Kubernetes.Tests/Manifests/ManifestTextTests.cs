using Mesh.Kubernetes.Manifests;
using Mesh.Model.Serialization;
using Mesh.Yaml;

namespace Mesh.Kubernetes.Tests.Manifests;

public sealed class ManifestTextTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("$(POD_IP):15006")]
    [InlineData("on")]
    [InlineData("1.30")]
    [InlineData("a: b")]
    [InlineData("# no comment")]
    [InlineData("\"quoted\"\nand \\ more\t\u2028\u0001")]
    [InlineData("")]
    [InlineData("- item")]
    public void Text_ReadsBackAsItself(string text)
    {
        var node = Node.Object(("a", Node.List(Node.Text(text), Node.Object((text.Length == 0 ? "name" : text, Node.Text(text)), ("b", Node.List(Node.Number(1)))))));

        var read = DocumentReader.ReadYaml(ManifestText.Write(node), "test");

        Assert.Empty(read.Violations);
        Assert.Equal(JsonDocumentWriter.Write(node), JsonDocumentWriter.Write(read.Documents.Single().Root));
    }

    [Fact]
    public void Tree_IsWrittenAsPeopleWriteIt()
    {
        var node = Node.Object(
            ("spec", Node.Object(
                ("ports", Node.List(Node.Object(("name", Node.Text("http")), ("port", Node.Number(80))))),
                ("args", Node.Texts("run", "--all")),
                ("none", Node.Object()),
                ("left out", null))));

        Assert.Equal("""
            spec:
              ports:
              - name: http
                port: 80
              args:
              - run
              - "--all"
              none: {}

            """.ReplaceLineEndings("\n"), ManifestText.Write(node));
    }
}
