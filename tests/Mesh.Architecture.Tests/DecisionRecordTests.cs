using System.Text.RegularExpressions;
using Mesh.Testing;

namespace Mesh.Architecture.Tests;

/// <summary>docs/decisions: one form for every record, and an index of all.</summary>
public sealed partial class DecisionRecordTests
{
    private const string Rule = "| --- | --- |\n";
    private static readonly string Folder = Checkout.PathTo("docs", "decisions");

    public static TheoryData<string> Records => new(Directory.GetFiles(Folder, "*.md").Select(Path.GetFileName).OfType<string>().Where(name => name != "README.md").Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Records))]
    public void Record_HasTheFormOfAllOthers(string name)
    {
        Assert.Matches("^[0-9]{4}-[a-z0-9-]+\\.md$", name);
        var text = File.ReadAllText(Path.Combine(Folder, name));
        var title = Title().Match(text);

        Assert.True(title.Success, "its first line has to be '# N. What was decided'");
        Assert.Equal(name[..4], title.Groups["number"].Value.PadLeft(4, '0'));
        Assert.Single(Heading().Matches(text));
        string[] paragraphs = [.. Paragraph().Matches(text).Select(match => match.Groups[1].Value)];
        Assert.Equal("Context.", paragraphs[0]);
        Assert.Contains(paragraphs, paragraph => paragraph.EndsWith("ptions.", StringComparison.Ordinal));
        Assert.Contains("Decision.", paragraphs);
    }

    [Fact]
    public void Index_NamesEveryRecordByItsTitle()
    {
        var file = Path.Combine(Folder, "README.md");
        var text = File.ReadAllText(file);
        var table = text.IndexOf(Rule, StringComparison.Ordinal) + Rule.Length;
        var rows = string.Concat(Records.Select(row => row.Data).Select(name =>
        {
            var title = Title().Match(File.ReadAllText(Path.Combine(Folder, name)));
            return $"| [{title.Groups["number"].Value}]({name}) | {title.Groups["text"].Value} |\n";
        }));
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(file, text[..table] + rows);
        }

        Assert.Equal(text[table..], rows);
    }

    [Fact]
    public void Record_NumberOfEach_IsItsOwn() => Assert.All(Records.Select(row => row.Data).GroupBy(name => name[..4]), number => Assert.Single(number));

    [GeneratedRegex(@"\A# (?<number>[1-9][0-9]*)\. (?<text>.+)\n")]
    private static partial Regex Title();

    [GeneratedRegex("^#{1,6} ", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\*\*([^*]+)\*\*", RegexOptions.Multiline)]
    private static partial Regex Paragraph();
}
