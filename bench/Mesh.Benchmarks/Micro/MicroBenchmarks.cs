using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Mesh.Benchmarks.Micro;

/// <summary>One class for each hot path, with what it allocates. In this process, so that nothing is built for it.</summary>
internal static class MicroBenchmarks
{
    private static readonly Type[] HotPaths = [typeof(RouteSelection), typeof(RouteMatching), typeof(RouteExtras), typeof(PermissionCheck), typeof(TokenCheck), typeof(RateLimitCheck), typeof(RecorderCheck), typeof(HandshakeCheck), typeof(BreakerCheck), typeof(ReplicaPick), typeof(HeaderRules), typeof(AccessLogLine), typeof(HopTelling), typeof(DeltaDiff)];

    /// <param name="folder">Where reports go.</param>
    /// <param name="arguments">BenchmarkDotNet's own; none: all of them.</param>
    public static void Run(string folder, string[] arguments)
    {
        var config = DefaultConfig.Instance
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .WithArtifactsPath(folder);
        BenchmarkSwitcher.FromTypes(HotPaths).Run(arguments.Length == 0 ? ["--filter", "*"] : arguments, config);
    }
}
