using System.Text.RegularExpressions;
using Mesh.Testing;

namespace Mesh.Architecture.Tests;

/// <summary>Links between the pages of this repository lead somewhere.</summary>
public sealed partial class LinkTests
{
    private static readonly string[] NotOurs = ["artifacts", "bin", "obj", "node_modules", ".git", ".mesh"];

    public static TheoryData<string> Pages => [.. Below("").Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_EveryLink_LeadsToAPageAndAPlaceInIt(string page)
    {
        var text = Prose(page);
        var broken = Link().Matches(text)
            .Select(match => match.Groups["target"].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal))
            .Where(target => !Leads(page, target))
            .Distinct();

        Assert.Empty(broken);
    }

    private static bool Leads(string page, string target)
    {
        var (path, place) = target.Split('#', 2) is [var before, var after] ? (before, after) : (target, "");
        var file = path.Length == 0 ? page : Path.GetRelativePath(Checkout.Root, Checkout.PathTo(Path.GetDirectoryName(page)!, path)).Replace('\\', '/');
        if (file.StartsWith("..", StringComparison.Ordinal) || !Path.Exists(Checkout.PathTo(file)))
        {
            return false;
        }

        return place.Length == 0 || (file.EndsWith(".md", StringComparison.Ordinal) && Places(Prose(file)).Contains(place));
    }

    // A heading's place is named as GitHub does it.
    private static IEnumerable<string> Places(string text) =>
    [
        .. Named().Matches(text).Select(match => match.Groups["name"].Value),
        .. Heading().Matches(text).Select(match => NoLetter().Replace(LinkText().Replace(match.Groups["text"].Value, "$1").Trim().ToLowerInvariant(), "").Replace(' ', '-')),
    ];

    // What stands in code is an example.
    private static string Prose(string page) => Fence().Replace(File.ReadAllText(Checkout.PathTo(page)), "");

    private static IEnumerable<string> Below(string folder)
    {
        var path = Checkout.PathTo(folder);
        return Directory.GetFiles(path, "*.md").Select(file => Path.Combine(folder, Path.GetFileName(file)).Replace('\\', '/'))
            .Concat(Directory.GetDirectories(path).Select(child => Path.GetFileName(child)!).Where(name => !NotOurs.Contains(name)).SelectMany(name => Below(Path.Combine(folder, name))));
    }

    [GeneratedRegex(@"(?<!`)\]\((?<target>[^()\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("<a name=\"(?<name>[^\"]+)\"")]
    private static partial Regex Named();

    [GeneratedRegex("^#{1,6} (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();

    [GeneratedRegex(@"[^\p{L}\p{N}_ -]")]
    private static partial Regex NoLetter();

    [GeneratedRegex("^ *```.*?^ *```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();
}
