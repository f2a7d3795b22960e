using System.Text.RegularExpressions;
using Mesh.Testing;

namespace Mesh.Architecture.Tests;

public sealed partial class KindNameTests
{
    // Documents never reach the sidecar, and HTTP has words of its own: a header is called RateLimit.
    private static readonly string Proxy = Checkout.PathTo("src/Mesh.Proxy/");

    [Fact]
    public void KindOfAPolicy_IsSpelledOnceInAllSources()
    {
        var sources = Directory.EnumerateFiles(Checkout.PathTo("src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.StartsWith(Proxy, StringComparison.Ordinal))
            .ToDictionary(f => Path.GetRelativePath(Checkout.Root, f), File.ReadAllText);
        var kinds = sources.Where(s => s.Key.EndsWith("Policy.cs", StringComparison.Ordinal)).Select(s => KindName().Match(s.Value)).Where(m => m.Success).Select(m => m.Groups["name"].Value).ToList();

        var spelled = kinds.SelectMany(kind => sources.Where(s => Code(s.Value).Contains($"\"{kind}\"", StringComparison.Ordinal)).Select(s => $"{kind} in {Path.GetFileName(s.Key)}"));

        Assert.True(kinds.Count > 12);
        Assert.Equal(kinds.Select(kind => $"{kind} in {kind}Policy.cs"), spelled);
    }

    private static string Code(string source) => Comment().Replace(source, "");

    [GeneratedRegex("""const string KindName = "(?<name>\w+)";""")]
    private static partial Regex KindName();

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
