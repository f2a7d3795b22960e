using System.Globalization;

namespace Mesh.Hostile.Tests.Fuzz;

/// <summary>Every parser that reads from the network or from users takes anything: no exception but those it documents, no hang, no memory beyond its input's.</summary>
public sealed class FuzzTests
{
    // Found once, mended, and never again: Corpus/fuzz/<target>/<file>.
    public static TheoryData<string, string> Finds()
    {
        var data = new TheoryData<string, string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Corpus", "fuzz"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            data.Add(Path.GetFileName(Path.GetDirectoryName(file)!), Path.GetFileName(file));
        }

        return data;
    }

    public static TheoryData<string> Targets() => [.. FuzzTargets.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Finds))]
    public void Input_ThatWasAFind_IsTaken(string target, string file) =>
        FuzzRun.Try(FuzzTargets.All.Single(t => t.Name == target), File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Corpus", "fuzz", target, file)));

    [Theory]
    [MemberData(nameof(Targets))]
    public void Seeds_AreTaken(string target)
    {
        var fuzzed = FuzzTargets.All.Single(t => t.Name == target);
        Assert.All(fuzzed.Seeds.Take(30), fuzzed.Run); // those of doors are whole corpora, which have tests of their own
    }

    [Fact]
    public void Seeds_OfIdentities_AreRight() => Assert.True(IdentityTargets.AreSeedsRight());

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Input_ChangedAtRandom_IsReadOrRefusedAndNothingElse(string target)
    {
        var fuzzed = FuzzTargets.All.Single(t => t.Name == target);
        await FuzzRun.RunAsync(fuzzed, seed: 1, fuzzed.Rounds);
    }

    /// <summary>
    /// As long as one likes: <c>./build.sh fuzz MINUTES</c>, shared by all targets or for <c>MESH_FUZZ_TARGET</c>, from another seed each time or from <c>MESH_FUZZ_SEED</c>.
    /// </summary>
    [Fact]
    [Trait("Kind", "Fuzz")]
    public async Task Inputs_ChangedForAsLongAsAskedFor_AreReadOrRefusedAndNothingElse()
    {
        if (!double.TryParse(Environment.GetEnvironmentVariable("MESH_FUZZ_MINUTES"), CultureInfo.InvariantCulture, out var minutes))
        {
            Assert.Skip("the long run; ./build.sh fuzz MINUTES brings it");
        }

        var only = Environment.GetEnvironmentVariable("MESH_FUZZ_TARGET");
        var seed = int.TryParse(Environment.GetEnvironmentVariable("MESH_FUZZ_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount;
        var targets = FuzzTargets.All.Where(t => only is null || only == t.Name).ToList();
        var finds = new List<string>();
        foreach (var target in targets)
        {
            try
            {
                await FuzzRun.RunAsync(target, seed, rounds: 0, TimeSpan.FromMinutes(minutes / targets.Count));
            }
            catch (InvalidOperationException e)
            {
                // The others have their time all the same.
                finds.Add(e.Message);
            }
        }

        Assert.NotEmpty(targets);
        Assert.Empty(finds);
    }
}
