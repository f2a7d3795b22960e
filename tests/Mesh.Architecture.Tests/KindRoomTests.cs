using System.Text.RegularExpressions;
using Mesh.Testing;

namespace Mesh.Architecture.Tests;

public sealed partial class KindRoomTests
{
    private static readonly string[] Rooms = ["Mesh.Model/Policies", "Mesh.Model/Snapshots", "Mesh.Xds/Codecs", "Mesh.Proxy/Policies", "Mesh.Hosting/Policies"];

    public static TheoryData<string, string> Table
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var kind in Kinds())
            {
                foreach (var room in Rooms)
                {
                    data.Add(kind, room);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void KindOfAPolicy_HasItsFolderInEveryRoom_OrALineThatSaysWhere(string kind, string room)
    {
        var said = Exceptions().Where(e => e.Kind == kind && e.Folders[0].StartsWith(room.Split('/')[0], StringComparison.Ordinal) && IsOf(room, e.Folders[0])).ToList();
        var folders = said.Count == 0 ? [$"{room}/{kind}"] : said.Single().Folders;

        Assert.All(folders, folder => Assert.True(HoldsSources(folder), $"src/{folder} holds nothing of {kind}"));
        Assert.True(said.Count == 0 || folders.Length > 1 || !HoldsSources($"{room}/{kind}"), $"{room}/{kind} is there, so ARCHITECTURE.md need not say otherwise");
    }

    [Fact]
    public void Namespace_IsThatOfItsFolderOrOfOneAboveIt()
    {
        var src = Checkout.PathTo("src");
        var others = Directory.EnumerateDirectories(src, "Mesh.*") // what several projects compile is beside them, in a namespace of its own
            .SelectMany(project => Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories))
            .Select(f => (Path: Path.GetRelativePath(src, f), Name: Namespace().Match(File.ReadAllText(f)).Groups["name"].Value))
            .Where(f => f.Name is not ("" or "Aspire.Hosting") && !f.Path.Replace(Path.DirectorySeparatorChar, '.').StartsWith($"{f.Name}.", StringComparison.Ordinal))
            .Select(f => $"{f.Path}: {f.Name}");

        Assert.Empty(others);
    }

    // In the proxy an exception may lead out of its policies; elsewhere it names the room.
    private static bool IsOf(string room, string folder) => room.StartsWith("Mesh.Proxy/", StringComparison.Ordinal) || folder.StartsWith($"{room}/", StringComparison.Ordinal);

    private static bool HoldsSources(string folder) =>
        Directory.Exists(Checkout.PathTo("src", folder)) && Directory.EnumerateFiles(Checkout.PathTo("src", folder), "*.cs").Any();

    private static IEnumerable<string> Kinds() => Directory.EnumerateFiles(Checkout.PathTo("src/Mesh.Model/Policies"), "*Policy.cs", SearchOption.AllDirectories)
        .Select(f => KindName().Match(File.ReadAllText(f)))
        .Where(m => m.Success)
        .Select(m => m.Groups["name"].Value)
        .Order();

    private static IEnumerable<(string Kind, string[] Folders)> Exceptions() =>
        from line in File.ReadLines(Checkout.PathTo("ARCHITECTURE.md")).SkipWhile(l => l != "### Kinds and rooms").Skip(1).TakeWhile(l => !l.StartsWith('#'))
        let cells = line.Split('|', StringSplitOptions.TrimEntries)
        where cells.Length == 5 && cells[2].Contains('`', StringComparison.Ordinal)
        from kind in cells[1].Split(", ")
        select (kind, cells[2].Split(", ").Select(folder => folder.Trim('`')).ToArray());

    [GeneratedRegex("""const string KindName = "(?<name>\w+)";""")]
    private static partial Regex KindName();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
