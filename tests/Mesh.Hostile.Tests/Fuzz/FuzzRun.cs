using System.Diagnostics;
using System.Security.Cryptography;
using Mesh.Testing;

namespace Mesh.Hostile.Tests.Fuzz;

/// <summary>Gives a target one changed input after the other, and keeps the one that it could not take.</summary>
internal static class FuzzRun
{
    // What one input of at most 64 KiB may cost; a parser that multiplies its input is a defect.
    private const long MostAllocated = 256L * 1024 * 1024;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Runs a number of rounds, or as many as fit into a time.</summary>
    public static async Task RunAsync(FuzzTarget target, int seed, int rounds, TimeSpan? duration = null)
    {
        byte[]? current = null;
        var progress = 0L;
        var run = Task.Factory.StartNew(
            () =>
            {
                var watch = Stopwatch.StartNew();
                var mutation = new Mutation(target, new Random(seed));
                for (var round = 0; duration is null ? round < rounds : watch.Elapsed < duration; round++)
                {
                    var input = mutation.Next();
                    Volatile.Write(ref current, input);
                    Interlocked.Increment(ref progress);
                    Try(target, input);
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            while (!run.IsCompleted)
            {
                var seen = Interlocked.Read(ref progress);
                try
                {
                    await run.WaitAsync(Longest, TestContext.Current.CancellationToken);
                }
                catch (TimeoutException) when (!run.IsCompleted)
                {
                    if (Interlocked.Read(ref progress) == seen)
                    {
                        throw new TimeoutException($"One input took longer than {Longest.TotalSeconds} s.");
                    }
                }
            }

            await run;
            TestContext.Current.TestOutputHelper!.WriteLine($"{target.Name}: {progress:N0} inputs from seed {seed}");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new InvalidOperationException($"{target.Name}, seed {seed}: {Keep(target, current ?? [])}. {e.GetType().Name}: {e.Message}", e);
        }
    }

    /// <summary>Gives it one input.</summary>
    public static void Try(FuzzTarget target, byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        target.Run(input);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > MostAllocated)
        {
            throw new InsufficientMemoryException($"{input.Length:N0} bytes made it allocate {allocated:N0}.");
        }
    }

    private static string Keep(FuzzTarget target, byte[] input)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(input))[..12];
        var folder = Directory.CreateDirectory(Checkout.PathTo("artifacts", "fuzz", target.Name)).FullName;
        File.WriteAllBytes(Path.Combine(folder, name), input);
        return $"the input is artifacts/fuzz/{target.Name}/{name}; mend the parser and move the file to tests/Mesh.Hostile.Tests/Corpus/fuzz/{target.Name}/, which is replayed";
    }
}
