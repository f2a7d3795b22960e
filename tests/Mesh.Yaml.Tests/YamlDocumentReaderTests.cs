using Mesh.Model.Serialization;

namespace Mesh.Yaml.Tests;

public sealed class YamlDocumentReaderTests
{
    [Fact]
    public void ReadYaml_SeveralDocuments_KeepsLines()
    {
        var read = DocumentReader.ReadYaml("# first\na: 1\n---\n\nb:\n  c:\n  - x\n  - d: 2\n---\n", "x.yaml");

        Assert.Empty(read.Violations);
        Assert.Equal([2, 5], read.Documents.Select(d => d.Line));
        Assert.Equal(8, read.Documents[1].LineOf(new("b.c[1].d")));
        Assert.Equal(7, read.Documents[1].LineOf(new("b.c[0].none")));
    }

    [Theory]
    [InlineData("~", ScalarKind.Null, "")]
    [InlineData("", ScalarKind.Null, "")]
    [InlineData("True", ScalarKind.Boolean, "true")]
    [InlineData("yes", ScalarKind.Text, "yes")]
    [InlineData("off", ScalarKind.Text, "off")]
    [InlineData("1:30", ScalarKind.Text, "1:30")]
    [InlineData("2020-01-01", ScalarKind.Text, "2020-01-01")]
    [InlineData("007", ScalarKind.Number, "7")]
    [InlineData("0x1F", ScalarKind.Number, "31")]
    [InlineData("0o17", ScalarKind.Number, "15")]
    [InlineData(".5", ScalarKind.Number, "0.5")]
    [InlineData("1.10", ScalarKind.Number, "1.10")]
    [InlineData("'1.10'", ScalarKind.Text, "1.10")]
    [InlineData("\"true\"", ScalarKind.Text, "true")]
    [InlineData(".inf", ScalarKind.Text, ".inf")]
    [InlineData("5s", ScalarKind.Text, "5s")]
    public void ReadYaml_Scalar_FollowsCoreSchema(string written, ScalarKind kind, string text)
    {
        var scalar = Assert.IsType<ScalarNode>(Only($"a: {written}\n").Root["a"]);

        Assert.Equal((kind, text), (scalar.Kind, scalar.Text));
    }

    [Theory]
    [InlineData("a: 1\na: 2\n", 2, "a: is there a second time")]
    [InlineData("a: !!binary aGk=\n", 1, "a: has the tag")]
    [InlineData("a: [1,\n", 2, "is not YAML")]
    [InlineData("a: *b\n", 1, "alias *b")]
    [InlineData("? [x]\n: 1\n", 1, "no text")]
    [InlineData("- 1\n", 1, "must be an object")]
    public void ReadYaml_Broken_SaysWhere(string text, int line, string message)
    {
        var violation = Assert.Single(DocumentReader.ReadYaml(text, "x.yaml").Violations);

        Assert.Equal(line, violation.Line);
        Assert.Contains(message, violation.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ReadYaml_Alias_MeansItsAnchor()
    {
        var root = Only("a: &x {b: [1, 2]}\nc: *x\n").Root;

        Assert.Equal(JsonDocumentWriter.Write(root["a"]!), JsonDocumentWriter.Write(root["c"]!));
    }

    [Fact]
    public void ReadYaml_AliasesOfAliases_AreBounded()
    {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
        for (var i = 1; i < 10; i++)
        {
            bomb += $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n";
        }

        Assert.Contains("more than", Assert.Single(DocumentReader.ReadYaml(bomb, "x.yaml").Violations).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadYaml_DeepOrHuge_IsRefused()
    {
        Assert.Contains("deeper", Assert.Single(DocumentReader.ReadYaml("a: " + new string('[', 5000), "x.yaml").Violations).Message, StringComparison.Ordinal);
        Assert.Contains("bytes", Assert.Single(DocumentReader.ReadYaml("a: " + new string('x', 1024 * 1024), "x.yaml").Violations).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadYaml_BrokenSecondDocument_KeepsTheFirst()
    {
        var read = DocumentReader.ReadYaml("a: 1\n---\nb: [\n", "x.yaml");

        Assert.Single(read.Documents);
        Assert.Single(read.Violations);
    }

    [Fact]
    public void Write_AnyTree_ReadsBack()
    {
        const string Json = """
            { "a": "yes", "b": "1.10", "c": 5, "d": [], "e": {}, "f": [{ "g": "x: y" }, "", "null", "~", "-", "a\nb", "#x", "*", "%", "5s", "true"], "h": true, "it's \"q\"": "ü" }
            """;
        var root = DocumentReader.ReadJson(Json, "x.json").Documents.Single().Root;

        var back = Only(YamlDocumentWriter.Write(root)).Root;

        Assert.Equal(JsonDocumentWriter.Write(root), JsonDocumentWriter.Write(back));
    }

    private static MeshDocument Only(string yaml)
    {
        var read = DocumentReader.ReadYaml(yaml, "x.yaml");
        Assert.Empty(read.Violations);
        return Assert.Single(read.Documents);
    }
}
