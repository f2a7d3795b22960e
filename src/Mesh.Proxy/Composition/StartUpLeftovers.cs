using System.Runtime.CompilerServices;

namespace Mesh.Proxy.Composition;

/// <summary>
/// Gives back once what only the start needed: the garbage of wiring and parsing, and pages of code and tables that nobody reads again. What is needed after all comes
/// back from the system's file cache, a page at a time.
/// </summary>
internal sealed class StartUpLeftovers(TimeProvider time) : BackgroundService
{
    /// <summary>When, counted from the start of the last service. Default: 1 s; by then the listeners are open and the first calls are through.</summary>
    public static readonly TimeSpan After = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(After, time, stoppingToken);
        // Code that is compiled while it runs moves and patches itself; there the pages are left alone.
        var isPlain = OperatingSystem.IsLinux() && !RuntimeFeature.IsDynamicCodeSupported;
        var files = isPlain ? MappedFile.ReadAll(File.ReadLines("/proc/self/smaps")) : [];
        Collect();
        if (isPlain)
        {
            Libc.TrimHeap();
        }

        foreach (var file in files)
        {
            Libc.Unmap(file.Address, file.Length);
        }
    }

    private static void Collect() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
