using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mesh.Testing;

namespace Mesh.Architecture.Tests;

public sealed partial class HouseTests
{
    [Fact]
    public void NugetConfig_LeavesTheUsersSourcesAlone()
    {
        var config = XDocument.Load(Checkout.PathTo("nuget.config"));

        Assert.Empty(config.Root!.Descendants());
    }

    [Fact]
    public void CoreFilter_IsTheSolutionWithoutWhatNeedsAspire()
    {
        var solution = Project().Matches(File.ReadAllText(Checkout.PathTo("Mesh.sln"))).Select(m => m.Groups["path"].Value.Replace('\\', '/')).ToHashSet();
        using var filter = JsonDocument.Parse(File.ReadAllText(Checkout.PathTo("Mesh.Core.slnf")));
        var core = filter.RootElement.GetProperty("solution").GetProperty("projects").EnumerateArray().Select(p => p.GetString()!.Replace('\\', '/')).ToHashSet();

        Assert.Equal(solution.Where(p => !NeedsAspire(p, [])).Order(), core.Order());
    }

    [Fact]
    public void TrackedText_NamesNoMachineAndNoRegistryHost()
    {
        var found = TrackedFiles()
            .Where(f => !f.EndsWith(".png", StringComparison.Ordinal) && f != "tests/Mesh.Architecture.Tests/HouseTests.cs")
            .SelectMany(f => File.ReadLines(Checkout.PathTo(f)).Where(l => MachineOrHost().IsMatch(l)).Select(l => $"{f}: {l.Trim()}"));

        Assert.Empty(found);
    }

    private static bool NeedsAspire(string path, HashSet<string> seen)
    {
        if (!seen.Add(path))
        {
            return false;
        }

        var file = Checkout.PathTo(path);
        var project = XDocument.Load(file);
        return project.Root!.Attribute("Sdk")?.Value.StartsWith("Aspire.", StringComparison.Ordinal) == true
            || ProjectFiles.Includes(project, "PackageReference").Any(p => p.StartsWith("Aspire.", StringComparison.Ordinal))
            || ProjectFiles.Includes(project, "ProjectReference")
                .Select(r => Path.GetRelativePath(Checkout.Root, Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, r.Replace('\\', '/')))))
                .Any(r => NeedsAspire(r.Replace('\\', '/'), seen));
    }

    private static string[] TrackedFiles()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-C", Checkout.Root, "ls-files"]) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("git did not start.");
        var files = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        Assert.SkipUnless(files.Length > 0, "This is no git checkout, so nothing is tracked.");
        return files;
    }

    [GeneratedRegex("""Project\("[^"]+"\) = "[^"]+", "(?<path>[^"]+\.csproj)""")]
    private static partial Regex Project();

    [GeneratedRegex(@"(?<![\w.])/(work|root|home/\w+)/|nuget\.org/v3|registry\.npmjs\.org|deb\.debian\.org")]
    private static partial Regex MachineOrHost();
}
